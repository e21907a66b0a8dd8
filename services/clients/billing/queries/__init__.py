"""Reading invoices, statements of account, and the ledger that metrics are held against."""
