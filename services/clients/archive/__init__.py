"""Archives: one client's whole data, or a workspace's, as a ZIP."""
