"""Webhooks: where events are posted to, how that goes, and what became of each delivery."""
