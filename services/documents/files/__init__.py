"""The files of clients: uploaded to the store, checked by their bytes, handed out by links."""
