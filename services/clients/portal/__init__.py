"""The client portal: contacts who were invited see what is their own company's, and no more."""
