"""How the text of a column becomes typed values: readings, what they make of text, and the verdict on a column."""

from segtui.gather.reading.propose import Proposal, propose
from segtui.gather.reading.reading import READINGS, As, Reading, reading_of
from segtui.gather.reading.values import is_missing, plain_values, values

__all__ = ["READINGS", "As", "Proposal", "Reading", "is_missing", "plain_values", "propose", "reading_of", "values"]
