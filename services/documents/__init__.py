"""Files in the object store, checked by their bytes."""
