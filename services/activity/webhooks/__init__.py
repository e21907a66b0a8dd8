"""The webhooks feature: events are posted to whoever asked for them, until they arrive."""
