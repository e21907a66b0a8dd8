"""Event contracts: one JSON Schema per event type and version, data only.

`schemas/` is kept by hand, `golden/` is frozen; `catalogue` reads and enforces them.
"""
