"""The web interface: pages made of what the API answers, without a database of their own."""
