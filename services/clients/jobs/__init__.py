"""Work in the background: a row with a lease, worked on in turns, with what came of it."""
