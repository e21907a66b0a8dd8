"""Files of tables and what their columns mean, without a database."""
