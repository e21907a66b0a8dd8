"""The floors: what the same work costs with nothing around it but the same servers."""
