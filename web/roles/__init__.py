"""Who may do what: the roles and what each includes."""
