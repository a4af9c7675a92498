"""What decisions are: frozen values, one file per kind, no behaviour beyond look-ups."""
