"""One file per step; `shared.db.migrate` runs them."""
