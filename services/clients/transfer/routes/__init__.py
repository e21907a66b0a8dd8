"""Transfer over HTTP."""
