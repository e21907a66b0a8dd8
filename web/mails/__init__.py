"""The log of mail, and sending once more."""
