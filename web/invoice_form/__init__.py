"""Drafts of invoices: made of lines or of time, and edited until they are issued."""
