"""The workspace's lists over HTTP."""
