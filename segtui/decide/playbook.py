"""The playbook: plays as a TOML file that the analyst may copy and edit; `playbook.toml` beside this says how."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NoReturn, TypeVar

from segtui.decide.campaigns_worth import COMPARED, CONTACT
from segtui.decide.playbook_only import parsed
from segtui.decide.playbook_parser import Mistake, condition
from segtui.decide.playbook_template import Template, template
from segtui.decide.playbook_words import ASKED, Tree
from segtui.decided.campaigns import Only
from segtui.errors import UsageError

FILE = "playbook.toml"
"""Its name, as shipped and in the configuration folder."""

MOST_BYTES = 1 << 20
KEYS = ("id", "title", "does", "when", "only", "reason", "notes", "arms", "compare")
ARMS = ("contacted", "held out")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """A word for a feature: the names it goes by in data, the first that fits, and what it means."""

    names: tuple[str, ...]
    means: str


@dataclass(frozen=True, slots=True)
class Play:
    """What may be done with a segment. when: for which; source: that as it was written. reason, notes: with figures.

    arms: names of the two; compare: what the first gets that the other does not (`campaigns_worth.COMPARED`). only: for
    whom within a segment, its column a word; None: for everyone.
    """

    id: str
    title: str
    does: str
    when: Tree
    source: str
    reason: Template
    notes: tuple[Template, ...]
    arms: tuple[str, str]
    compare: str
    only: Only | None = None


@dataclass(frozen=True, slots=True)
class Playbook:
    """Plays in the order they are proposed. path: where they were read; features: words for features."""

    path: str
    features: dict[str, Known]
    plays: tuple[Play, ...]

    def means(self, word: str) -> str:
        """What a word of a condition is, for whoever has to find it."""
        known = self.features.get(word)
        what = known.means if known else ASKED.get(word, "")
        return f"{word} ({what})" if what else word


def load(folder: Path | None) -> Playbook:
    """The analyst's playbook in `folder`, else the shipped one. Raises UsageError with file, play and place."""
    own = None if folder is None else folder / FILE
    if own is not None and own.exists():
        try:
            if own.stat().st_size > MOST_BYTES:
                raise UsageError("it is larger than 1 MB", where=str(own), hint="Keep plays in it and nothing else.")
            return parse(own.read_text(encoding="utf-8"), str(own))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"the playbook cannot be read: {error}", where=str(own), hint="Save it as UTF-8 text, or move it away."
            ) from None
    return parse(shipped(), FILE)


def shipped() -> str:
    """The text of the playbook that comes with segtui, to be copied and edited."""
    return resources.files("segtui.decide").joinpath(FILE).read_text(encoding="utf-8")


def parse(text: str, path: str) -> Playbook:
    """A playbook from its text. Raises UsageError with file, play and place."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"this is no TOML: {error}", where=path, hint="Mend the line it names.") from None
    _known(document, ("features", "play"), path)
    features = _take(document, "features", dict, path, {})
    plays = _take(document, "play", list, path, [])
    found = tuple(_play(one, f"{path}, play {place}") for place, one in enumerate(plays, 1))
    for place, play in enumerate(found):
        if play.id in [other.id for other in found[:place]]:
            _wrong(f"{path}, play “{play.id}”", "a play of this id stands above", "Give every play an id of its own.")
    words = {word: _feature(value, f"{path}, features, {word}") for word, value in features.items()}
    return Playbook(path, words, found)


def _feature(value: object, where: str) -> Known:
    table = _table(value, where)
    _known(table, ("names", "means"), where)
    names = _texts(table, "names", where)
    if not names:
        _wrong(where, "it has no names", 'Write names = ["…"]: what data call it.')
    return Known(names, _take(table, "means", str, where, ""))


def _play(value: object, where: str) -> Play:
    table = _table(value, where)
    name = _take(table, "id", str, where)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        _wrong(where, f"“{name}” cannot be an id", "Use up to 40 of a to z, 0 to 9 and -: lists are named after it.")
    where = f"{where} (“{name}”)"
    _known(table, KEYS, where)
    source = _take(table, "when", str, where)
    arms = _texts(table, "arms", where) or ARMS
    if len(arms) != 2 or not all(arm.strip() for arm in arms) or arms[0] == arms[1]:
        _wrong(f"{where}, arms", "there must be two different names", 'Write arms = ["contacted", "held out"].')
    compare = _take(table, "compare", str, where, CONTACT)
    if compare not in COMPARED:
        _wrong(f"{where}, compare", f"“{compare}” is not known", f"Known are {', '.join(COMPARED)}.")
    try:
        place = "when"
        when = condition(source)
        place = "only"
        asked = _take(table, "only", str, where, "")
        only = parsed(asked) if asked else None
        place = "reason"
        reason = template(_take(table, "reason", str, where))
        place = "notes"
        notes = tuple(template(note) for note in _texts(table, "notes", where))
    except Mistake as mistake:
        raise UsageError(mistake.what, where=f"{where}, {place}, character {mistake.at}", hint=mistake.hint) from None
    title, does = _take(table, "title", str, where), _take(table, "does", str, where)
    return Play(name, title, does, when, source.strip(), reason, notes, (arms[0], arms[1]), compare, only)


# -- what a table holds --------------------------------------------------------------------------------------


def _wrong(where: str, what: str, hint: str) -> NoReturn:
    raise UsageError(what, where=where, hint=hint)


def _table(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        _wrong(where, "here should be a table", "See the top of the shipped playbook.")
    return value


def _known(table: dict[str, object], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            _wrong(where, f"“{key}” is not known", f"Known are {', '.join(keys)}.")


def _take(table: dict[str, object], key: str, kind: type[T], where: str, default: T | None = None) -> T:
    value: object = default
    if key in table:
        value = table[key]
    if value is None:
        _wrong(where, f"“{key}” is missing", "See the top of the shipped playbook.")
    if not isinstance(value, kind):
        names = {"str": "a text in quotes", "list": "a list", "dict": "a table"}
        _wrong(f"{where}, {key}", f"here should be {names[kind.__name__]}", "Mend it, or leave it out.")
    return value


def _texts(table: dict[str, object], key: str, where: str) -> tuple[str, ...]:
    values = _take(table, key, list, where, [])
    if not all(isinstance(value, str) for value in values):
        _wrong(f"{where}, {key}", "here should be a list of texts", 'Write ["…", "…"].')
    return tuple(values)
