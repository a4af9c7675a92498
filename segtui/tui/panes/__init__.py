"""One file per tab, named as on screen."""
