"""Billing over HTTP: invoices with what is entered against them, and their papers."""
