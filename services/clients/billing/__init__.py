"""Billing: invoices and the payments entered against them."""
