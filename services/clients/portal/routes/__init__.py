"""The portal's routes: the firm's side, and those that a contact's session opens."""
