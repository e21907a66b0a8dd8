"""Files of a client or a draft: put into the store by the browser, filed and taken away."""
