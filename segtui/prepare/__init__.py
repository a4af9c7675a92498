"""Customers to points: what each column is, and how it is brought to scale."""
