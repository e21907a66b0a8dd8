"""The record's tables, and what is made of their rows."""
