"""Building blocks of the screen that know nothing of customers."""
