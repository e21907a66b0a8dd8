"""One client: the record behind its eight dividers."""
