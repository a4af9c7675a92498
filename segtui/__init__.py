"""segtui: customer segmentation in the terminal. Nothing is imported here, so that start-up stays fast."""

__version__ = "0.1.0"
