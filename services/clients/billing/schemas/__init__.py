"""Invoices and payments over HTTP. Money and quantities are decimal strings."""
