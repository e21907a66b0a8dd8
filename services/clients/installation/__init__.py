"""How the installation does, for those who run it: every service's place in the message path."""
