"""Segments to decisions: campaigns, recommendations, prices and customer value, each with the evidence for it."""
