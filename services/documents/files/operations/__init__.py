"""What is done to documents: each step in one transaction, and around them the work with the store
in an order that a crash at any point leaves repairable (`uploads`, `removals`)."""
