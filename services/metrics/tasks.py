"""No periodic work: the totals are written when the facts change."""
