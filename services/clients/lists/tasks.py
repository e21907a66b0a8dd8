"""Lists have no task."""
