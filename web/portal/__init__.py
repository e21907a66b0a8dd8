"""The client portal: what a contact sees of their company's, and sends the firm."""
