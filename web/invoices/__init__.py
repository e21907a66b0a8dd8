"""Invoices: one as it looks on paper, with what has been paid of it."""
