"""No periodic work: rows arrive by events and leave by deletion."""
