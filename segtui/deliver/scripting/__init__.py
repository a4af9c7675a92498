"""The delivered script in pieces: what is written for one analysis, and functions that are cut out of `parts`."""
