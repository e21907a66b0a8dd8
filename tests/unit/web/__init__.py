"""What pages are made of, without a page."""
