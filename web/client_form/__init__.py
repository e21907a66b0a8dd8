"""Pages on which a client is put together in six steps, and changed in the same six."""
