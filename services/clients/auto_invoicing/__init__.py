"""Auto-invoicing: clients are invoiced for their time by the week, fortnight or month."""
