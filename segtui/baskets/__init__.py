"""Baskets: association rules one can act on, overall and per segment."""
