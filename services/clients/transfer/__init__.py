"""Moving many clients at once: jobs, imports, exports, bulk changes."""
