"""Billing: projects, invoices and the payments entered against them."""
