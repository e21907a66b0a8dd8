"""The audit: who came in, whose rights changed, what was taken out."""
