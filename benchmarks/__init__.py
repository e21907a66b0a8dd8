"""Measurements of the claims in the README: each against something simpler on the same stack."""
