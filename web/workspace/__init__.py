"""The workspace's own defaults: its name and place, what stands on its invoices, its rules."""
