"""Tests of the deliver floor."""
