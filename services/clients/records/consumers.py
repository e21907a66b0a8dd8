"""The record reacts to no event."""
