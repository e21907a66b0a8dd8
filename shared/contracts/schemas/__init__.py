"""The schemas, one file per event type and version; a package so that they are installed."""
