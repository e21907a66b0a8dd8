"""Quarterly reports: what was done for a client in a quarter, as a paper that is made once."""
