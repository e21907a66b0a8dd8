"""Keeping webhooks, and sending to them turn by turn."""
