"""Transfer's commands: taking a file in, and the pieces of each kind of job."""
