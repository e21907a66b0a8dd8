"""Clientele from elsewhere: `records`, `feed`, `stream`, `webhooks`, and the errors they raise."""
