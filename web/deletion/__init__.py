"""Pages on which a client is deleted: the plan, the confirmation, the receipt."""
