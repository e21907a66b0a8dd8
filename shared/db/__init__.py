"""Databases: engines by role, bootstrap, migrations, tenancy."""
