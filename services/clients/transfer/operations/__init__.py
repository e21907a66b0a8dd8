"""Transfer's commands: jobs, and the steps of each kind of them."""
