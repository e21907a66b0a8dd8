"""Merging one client into another, under whose id it lives on."""
