"""Tests of turning customers into points."""
