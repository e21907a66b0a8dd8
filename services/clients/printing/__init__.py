"""Papers: an invoice, a credit note, a statement as a PDF that is made once and kept."""
