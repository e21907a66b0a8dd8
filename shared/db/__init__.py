"""Databases: engines by role, tenancy, pipelining; making and migrating them; what migrations use
stands apart, in `schema`."""
