"""The pages in a real browser, against one embedded stack."""
