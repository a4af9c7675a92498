"""Clusters to segments: letters, profiles, names, plots."""
