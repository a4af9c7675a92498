"""Tests of reading files into customers."""
