"""Words that people order without being told: how often, how much, how satisfied, how educated.

A family lists its places from low to high; words between bars share a place, "*" stands for an intensifier (very,
extremely …). Written as `normal` leaves a text. A word may be in several families: which one is meant shows in the
others beside it. English, with the commonest German and French words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


def normal(text: str) -> str:
    """A level without what people vary when they mean the same: case, blanks, dashes, quotes, a full stop."""
    plain = text.casefold().replace("\u2019", "'").replace("_", " ")
    plain = re.sub(r"\s*[\u2010-\u2015\u2212]\s*", "-", plain)
    return " ".join(plain.split()).strip(" .!")


_OPEN_END = re.compile(
    r"[ ,/]+(?:(?:or|and) (?:higher|above|more|beyond|over|lower|below|less|under)"
    r"|(?:oder|und) (?:höher|mehr|niedriger)|(?:ou|et) (?:plus|moins))$"
)


def open_ended(word: str) -> str:
    """A `normal` word without the end that takes in all beyond it: “master's degree or higher”."""
    return _OPEN_END.sub("", word)


NO_ANSWER = frozenset((
    "", "?", "-", "--", "n/a", "na", "nan", "null", "none/unknown", "unknown", "not known", "undisclosed", "(missing)",
    "missing", "not stated", "not specified", "unspecified", "no answer", "no response", "not answered", "refused",
    "refused to answer", "declined", "decline to answer", "declined to answer", "prefer not to say",
    "prefer not to answer", "prefer not to disclose", "rather not say", "i prefer not to say", "don't know",
    "dont know", "do not know", "i don't know", "not sure", "unsure", "no opinion", "not applicable", "does not apply",
    "keine angabe", "k.a", "ka", "weiß nicht", "weiss nicht", "unbekannt", "entfällt", "inconnu", "ne sait pas",
    "sans réponse", "non précisé", "ne se prononce pas", "nsp",
))  # fmt: skip
"""What is said instead of an answer."""

_VERY = ("very ", "extremely ", "completely ", "totally ", "highly ", "sehr ", "äußerst ", "très ", "extrêmement ")


@dataclass(frozen=True, slots=True)
class Family:
    """One scale of words: `what` it measures, and the place of every word."""

    what: str
    places: dict[str, int]


def _family(what: str, *places: str) -> Family:
    found: dict[str, int] = {}
    for place, words in enumerate(places):
        for word in words.split("|"):
            forms = [intensifier + word[1:].strip() for intensifier in _VERY] if word.startswith("*") else [word]
            for form in forms:
                found.setdefault(normal(form), place)
    return Family(what, found)


FAMILIES = (
    _family(
        "how often",
        "never|not at all|no never|nie|niemals|jamais",
        "almost never|hardly ever|nearly never|very rarely|very seldom|fast nie|sehr selten|presque jamais"
        "|très rarement",
        "rarely|seldom|infrequently|selten|rarement",
        "occasionally|once in a while|now and then|gelegentlich|ab und zu|hin und wieder|de temps en temps",
        "sometimes|from time to time|manchmal|parfois|quelquefois",
        "moderately|about half the time|half of the time",
        "regularly|fairly often|quite often|regelmäßig|régulièrement",
        "often|frequently|oft|häufig|souvent|fréquemment",
        "very often|very frequently|usually|mostly|most of the time|heavily|meistens|sehr oft|sehr häufig"
        "|très souvent"
        "|généralement|la plupart du temps",
        "almost always|nearly always|fast immer|presque toujours",
        "always|all the time|constantly|every time|immer|toujours",
    ),
    _family(
        "agreement",
        "strongly disagree|completely disagree|totally disagree|fully disagree|stimme überhaupt nicht zu"
        "|stimme gar nicht zu|trifft überhaupt nicht zu|trifft gar nicht zu|pas du tout d'accord",
        "disagree|stimme nicht zu|trifft nicht zu|pas d'accord|plutôt pas d'accord",
        "somewhat disagree|slightly disagree|tend to disagree|rather disagree|mildly disagree|stimme eher nicht zu"
        "|trifft eher nicht zu",
        "neutral|neither agree nor disagree|neither|neither/nor|undecided|teils teils|teils, teils|teils/teils"
        "|weder noch|weder/noch|ni d'accord ni pas d'accord|neutre",
        "somewhat agree|slightly agree|tend to agree|rather agree|mildly agree|stimme eher zu|trifft eher zu",
        "agree|stimme zu|trifft zu|d'accord|plutôt d'accord",
        "strongly agree|completely agree|totally agree|fully agree|stimme voll zu|stimme voll und ganz zu"
        "|stimme völlig zu|trifft voll zu|trifft voll und ganz zu|tout à fait d'accord",
    ),
    _family(
        "satisfaction",
        "* dissatisfied|* unsatisfied|* unhappy|sehr unzufrieden|très insatisfait|pas du tout satisfait",
        "dissatisfied|unsatisfied|not satisfied|unhappy|unzufrieden|insatisfait|peu satisfait",
        "somewhat dissatisfied|slightly dissatisfied|somewhat unsatisfied|eher unzufrieden|plutôt insatisfait",
        "neutral|neither satisfied nor dissatisfied|neither|okay|ok|teils teils|teils/teils|weder noch|neutre",
        "somewhat satisfied|slightly satisfied|fairly satisfied|eher zufrieden|plutôt satisfait",
        "satisfied|happy|zufrieden|satisfait",
        "very satisfied|very happy|sehr zufrieden|très satisfait",
        "extremely satisfied|completely satisfied|totally satisfied|extremely happy|delighted|äußerst zufrieden",
    ),
    _family(
        "quality",
        "terrible|awful|very bad|very poor|extremely bad|extremely poor|worst|sehr schlecht|très mauvais|ungenügend",
        "bad|poor|schlecht|mauvais|mangelhaft",
        "below average|unterdurchschnittlich",
        "fair|acceptable|passable|ausreichend",
        "average|okay|ok|neutral|mediocre|medium|mittel|mittelmäßig|durchschnittlich|moyen|befriedigend",
        "above average|überdurchschnittlich|assez bon",
        "good|gut|bon",
        "very good|great|sehr gut|très bon",
        "excellent|outstanding|extremely good|perfect|exceptional|best|ausgezeichnet|hervorragend",
    ),
    _family(
        "likelihood",
        "definitely not|certainly not|extremely unlikely|very unlikely|highly unlikely|sehr unwahrscheinlich"
        "|certainement pas",
        "unlikely|probably not|unwahrscheinlich|peu probable|probablement pas",
        "somewhat unlikely|slightly unlikely|eher unwahrscheinlich",
        "neutral|maybe|might or might not|neither likely nor unlikely|perhaps|possibly|vielleicht|peut-être",
        "somewhat likely|slightly likely|eher wahrscheinlich",
        "likely|probably|probable|wahrscheinlich|probablement",
        "very likely|highly likely|sehr wahrscheinlich|très probable",
        "definitely|certainly|extremely likely|certain|sicher|certainement",
    ),
    _family(
        "importance",
        "not at all important|completely unimportant|very unimportant|überhaupt nicht wichtig|völlig unwichtig"
        "|pas du tout important",
        "not important|unimportant|not very important|of little importance|unwichtig|nicht wichtig|pas important",
        "slightly important|a little important|low importance|weniger wichtig|peu important",
        "somewhat important|neutral|fairly important|eher wichtig|assez important",
        "moderately important",
        "important|quite important|wichtig",
        "very important|sehr wichtig|très important",
        "extremely important|critical|essential|crucial|äußerst wichtig|essentiel",
    ),
    _family(
        "degree",
        "not at all|none|gar nicht|überhaupt nicht|pas du tout",
        "very little|hardly|sehr wenig|très peu",
        "slightly|a little|a bit|little|wenig|etwas|peu|un peu",
        "somewhat|partly|to some extent|teilweise|en partie",
        "moderately|fairly|mittelmäßig|moyennement",
        "quite|quite a bit|considerably|mostly|ziemlich|assez",
        "very|very much|a lot|strongly|sehr|stark|beaucoup",
        "extremely|completely|totally|entirely|fully|äußerst|völlig|extrêmement",
    ),
    _family(
        "level",
        "none|zero|keine|aucun",
        "very low|lowest|minimal|sehr niedrig|sehr gering|très faible|très bas",
        "low|niedrig|gering|faible|bas",
        "below average|medium low|medium-low|lower middle|low-medium",
        "medium|middle|moderate|average|normal|mid|mittel|moyen",
        "above average|medium high|medium-high|upper middle|high-medium",
        "high|hoch|élevé|haut",
        "very high|highest|sehr hoch|très élevé",
        "extremely high|extreme|maximal",
    ),
    _family(
        "size",
        "xxs|2xs",
        "xs|extra small|extra-small|very small|tiny|micro|sehr klein|très petit",
        "s|small|klein|petit",
        "m|medium|mid-size|midsize|mittel|moyen",
        "l|large|big|groß|grand",
        "xl|extra large|extra-large|very large|very big|huge|sehr groß|très grand",
        "xxl|2xl|enterprise",
        "xxxl|3xl",
        "4xl",
    ),
    _family(
        "education",
        "no education|no formal education|no schooling|none|uneducated|keine|ohne abschluss|aucun diplôme",
        "primary|primary school|elementary|elementary school|grade school|grundschule|école primaire|basic",
        "less than high school|no high school|some high school|did not finish high school|below high school"
        "|middle school"
        "|lower secondary|hauptschule|hauptschulabschluss|collège|brevet|2n cycle",
        "realschule|mittlere reife|realschulabschluss|o-level|gcse|bep|cap",
        "high school|high school graduate|high school diploma|high school degree|high school or equivalent|ged"
        "|high school/ged|secondary|secondary school|secondary education|upper secondary|graduated high school|a-level"
        "|a-levels|abitur|fachabitur|bac|baccalauréat|lycée|highschool",
        "vocational|vocational school|vocational training|trade school|technical school|ausbildung|lehre"
        "|berufsausbildung",
        "some college|some university|some college, no degree|college, no degree|some undergraduate",
        "associate|associate degree|associate's|associate's degree|associates degree|college|bts|dut",
        "bachelor|bachelors|bachelor's|bachelor degree|bachelor's degree|bachelors degree|undergraduate"
        "|undergraduate degree|college degree|college graduate|university|university degree|graduation|licence"
        "|hochschulabschluss",
        "some graduate school|some postgraduate",
        "master|masters|master's|master degree|master's degree|masters degree|postgraduate|post-graduate|post graduate"
        "|graduate school|graduate degree|diplom|magister|mba",
        "professional degree|professional school",
        "doctorate|doctoral|doctoral degree|doctorate degree|doctor|phd|ph.d|doktor|promotion|doctorat",
    ),
    _family(
        "stage of life",
        "baby|infant|kleinkind",
        "child|kid|children|kind|enfant",
        "teen|teenager|adolescent|youth|jugendlicher",
        "young|young adult|young adults|jung|jeune",
        "adult|adults|erwachsener|adulte",
        "middle age|middle-aged|middle aged|middle-aged adult|mittleres alter",
        "old|older|older adult|senior|seniors|elderly|alt|rentner",
    ),
    _family(
        "experience",
        "none|no experience",
        "beginner|novice|anfänger|débutant|newbie|starter",
        "elementary",
        "intermediate|fortgeschritten|intermédiaire|mid-level|medium",
        "advanced|experienced|erfahren|avancé",
        "expert|professional|master|experte",
    ),
    _family("tier", "bronze", "silver|silber|argent", "gold|or", "platinum|platin|platine", "diamond|diamant"),
    _family(
        "assent",
        "no|nein|non|disagree",
        "maybe|sometimes|partly|perhaps|possibly|partially|undecided|vielleicht|teilweise|manchmal|peut-être|parfois",
        "yes|ja|oui|agree",
    ),
)  # fmt: skip
