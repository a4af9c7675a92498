"""The terminal: the only place that imports textual, rich or plotext."""
