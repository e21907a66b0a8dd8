"""What the other services answer of a client, under the one public address."""
