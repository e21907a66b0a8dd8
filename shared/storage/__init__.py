"""The object store: what it promises (`store`) and the client that keeps it (`minio_store`)."""
