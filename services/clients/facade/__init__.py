"""The façade feature: one public address in front of documents, activity and metrics."""
