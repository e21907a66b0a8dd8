"""What every page is made of: layout, parts, formats, texts, assets, and the reader's session."""
