"""Files to customers: reading sources, deciding what they are, one row per customer."""
