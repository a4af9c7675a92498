"""Tests of the terminal floor."""
