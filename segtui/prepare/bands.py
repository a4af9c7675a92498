"""Bands of numbers written as text, and how often per year a phrase means: levels that can be put in order by value.

Bands: "18-24", "65+", "<18", "Under 15K", "$50,000 - $74,999", "5+". Numbered answers: "1 - very bad". Frequencies:
"Less than once a week", "2-3 times a month", "Daily". Each function gives None for a text of another kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from segtui.prepare.scale_words import normal

_NUMBER = r"(\d[\d,.' ]*)\s*(k|m|mio|tsd|thousand|million)?"
_UNITS = {"k": 1e3, "tsd": 1e3, "thousand": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6}
_CURRENCY = re.compile(r"[$€£¥]|\b(?:eur|usd|gbp|chf|euros?|dollars?|pounds?)\b")
_THINGS = re.compile(
    r"\b(?:years? old|years?|yrs?|y/?o|of age|age[ds]?|per year|a year|per annum|annually|p\.a|persons?"
    r"|people|members?|adults?|children|kids?|times|orders?|purchases?|items?|visits?|hours?|hrs?|minutes?|mins?"
    r"|days?|weeks?|months?|km|miles?|jahre?n?|ans|personen|kinder|enfants?)\b"
)
_OR_MORE = r"(?:and|or|&|und|et|oder)\s*(?:more|over|above|older|up|higher|greater|mehr|älter|plus)"
_OR_LESS = r"(?:and|or|&|und|et|oder)\s*(?:less|under|below|younger|fewer|lower|weniger|jünger|moins)"
_MORE_THAN = r"(?:over|above|more than|greater than|older than|at least|from|>=?|≥|über|mehr als|ab|plus de)"
_LESS_THAN = (
    r"(?:under|below|less than|younger than|fewer than|up to|at most|<=?|≤|unter|weniger als|bis|bis zu|moins de)"
)
_FORMS = (
    (re.compile(rf"{_NUMBER}\s*(?:-|to|bis|till|until|through|à|und|and)\s*{_NUMBER}"), "between"),
    (re.compile(rf"{_NUMBER}\s*(?:\+|plus|{_OR_MORE})"), "from"),
    (re.compile(rf"{_MORE_THAN}\s*{_NUMBER}"), "from"),
    (re.compile(rf"{_LESS_THAN}\s*{_NUMBER}"), "up to"),
    (re.compile(rf"{_NUMBER}\s*(?:{_OR_LESS}|-)"), "up to"),
    (re.compile(_NUMBER), "exactly"),
)


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of numbers; open: it has no lower or no upper end, or is wider than one number."""

    low: float
    high: float
    open: bool


def band(text: str) -> Band | None:
    """The stretch of numbers that a level stands for."""
    plain = _THINGS.sub(" ", _CURRENCY.sub(" ", normal(text)))
    plain = re.sub(r"^(?:age|ages|aged|income)\b", " ", " ".join(plain.split())).strip(" ()[]")
    for pattern, form in _FORMS:
        match = pattern.fullmatch(plain)
        if match is not None:
            return _band(form, match.groups())
    return None


def _band(form: str, parts: tuple[str | None, ...]) -> Band | None:
    if form == "between":
        low, high = _value(parts[0], parts[1]), _value(parts[2], parts[3])
        if low is not None and high is not None and parts[1] is None and parts[3] is not None:
            raised = low * _UNITS[parts[3]]  # "15-24K" means thousands on both sides
            low = raised if raised <= high else low
        return None if low is None or high is None or not low < high else Band(low, high, True)
    value = _value(parts[0], parts[1])
    if value is None:
        return None
    if form == "from":
        return Band(value, float("inf"), True)
    return Band(float("-inf"), value, True) if form == "up to" else Band(value, value, False)


def _value(digits: str | None, unit: str | None) -> float | None:
    """A number as people write it in bands: "50,000", "1.000", "2.5"."""
    if digits is None:
        return None
    plain = digits.strip().replace(" ", "").replace("'", "").rstrip(".,")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", plain):
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", ".")
    try:
        return float(plain) * _UNITS.get(unit or "", 1.0)
    except ValueError:
        return None


def numbered(text: str) -> float | None:
    """The number that stands before an answer ("1 - very bad", "5 (best)"), or is all of it."""
    match = re.fullmatch(r"(\d{1,2})(?:\s*[-:=.)(/]\s*\D.*|\s+[^\W\d].*)?", normal(text))
    return float(match[1]) if match else None


# -- how often -----------------------------------------------------------------------------------------------

_PER_YEAR = {"hour": 8760.0, "day": 365.0, "week": 52.0, "fortnight": 26.0, "month": 12.0, "quarter": 4.0, "year": 1.0}
_GERMAN = {"tag": "day", "woche": "week", "monat": "month", "jahr": "year"}
_FRENCH = {"jour": "day", "semaine": "week", "mois": "month", "an": "year"}
_ADVERBS = {
    "hourly": 8760.0, "daily": 365.0, "every day": 365.0, "each day": 365.0, "everyday": 365.0, "täglich": 365.0,
    "tous les jours": 365.0, "every other day": 182.0, "every few days": 122.0, "weekly": 52.0, "every week": 52.0,
    "wöchentlich": 52.0, "biweekly": 26.0, "fortnightly": 26.0, "every two weeks": 26.0, "every other week": 26.0,
    "monthly": 12.0, "every month": 12.0, "monatlich": 12.0, "every two months": 6.0, "every other month": 6.0,
    "every few months": 4.0, "quarterly": 4.0, "every quarter": 4.0, "every six months": 2.0, "half-yearly": 2.0,
    "yearly": 1.0, "annually": 1.0, "every year": 1.0, "jährlich": 1.0, "every few years": 0.3, "never": 0.0,
    "nie": 0.0, "jamais": 0.0, "almost never": 0.2, "hardly ever": 0.2, "very rarely": 0.2, "rarely": 0.5,
    "seldom": 0.5, "selten": 0.5, "rarement": 0.5, "less often": 0.4, "less frequently": 0.4, "first time": 0.1,
}  # fmt: skip
"""Times per year. "Rarely" beside such phrases is less than any of them but never."""

_COUNTS = {
    "once": 1.0, "one time": 1.0, "twice": 2.0, "two times": 2.0, "thrice": 3.0, "three times": 3.0, "four times": 4.0,
    "five times": 5.0, "six times": 6.0, "a couple of times": 2.0, "couple of times": 2.0, "few times": 2.5,
    "a few times": 2.6, "some times": 2.6, "several times": 3.5, "multiple times": 3.6, "many times": 6.0,
    "einmal": 1.0, "zweimal": 2.0, "dreimal": 3.0, "mehrmals": 3.5, "une fois": 1.0, "deux fois": 2.0,
    "plusieurs fois": 3.5,
}  # fmt: skip
_MORE = {"less than ": 0.5, "fewer than ": 0.5, "under ": 0.5, "weniger als ": 0.5, "moins d'": 0.5,
         "more than ": 1.5, "over ": 1.5, "mehr als ": 1.5, "at least ": 1.1, "about ": 1.0, "around ": 1.0,
         "up to ": 0.9, "at most ": 0.9}  # fmt: skip
_MORE_AFTER = {" or more often": 1.4, " or more": 1.4, " or less often": 0.7, " or less": 0.7, " oder öfter": 1.4}
_PHRASE = re.compile(
    r"(?P<count>.+?)\s*(?:a|an|per|each|every|/|in|pro|im|in der|am|par)\s*"
    r"(?P<period>hour|day|week|fortnight|month|quarter|year|tag|woche|monat|jahr|jour|semaine|mois|an)"
)
_TIMES = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:(-|to|or)\s*(\d+(?:\.\d+)?)|(\+|or more))?\s*(?:times?|x|days?|mal|fois|orders?|visits?)?"
)


def per_year(text: str) -> float | None:
    """How often a year something happens that happens `text`; only the order of two such numbers means anything."""
    plain = normal(text)
    if plain in _ADVERBS:
        return _ADVERBS[plain]
    factor = 1.0
    for words, times in _MORE_AFTER.items():
        if plain.endswith(words):
            plain, factor = plain.removesuffix(words), times
            break
    for words, times in _MORE.items():
        if plain.startswith(words):
            plain, factor = plain.removeprefix(words), factor * times
            break
    if plain in _ADVERBS:
        return _ADVERBS[plain] * factor
    match = _PHRASE.fullmatch(plain)
    if match is None:
        return None
    count = _count(match["count"].strip())
    period = match["period"]
    return None if count is None else count * factor * _PER_YEAR[_GERMAN.get(period, _FRENCH.get(period, period))]


def _count(text: str) -> float | None:
    if text in _COUNTS:
        return _COUNTS[text]
    match = _TIMES.fullmatch(text)
    if match is None:
        return None
    low = float(match[1])
    if match[3] is not None:
        return (low + float(match[3])) / 2
    return low * 1.3 if match[4] is not None else low
