"""What the open screen offers: saved sessions, files, completions. Touches the disk, so it runs on an errand thread."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from segtui.tui import format as fmt

if TYPE_CHECKING:
    from segtui.session.autosave import Saved

_PLAIN = (".csv", ".tsv", ".txt", ".psv", ".parquet", ".pq", ".arrow", ".feather", ".ipc", ".ndjson", ".jsonl", ".json")
_TEXT = (".csv", ".tsv", ".txt", ".psv", ".ndjson", ".jsonl")
READABLE = (*_PLAIN, *(text + packed for text in _TEXT for packed in (".gz", ".zst")))
"""Endings offered; any other file can still be typed."""
MOST = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the open screen."""

    heading: str
    title: str
    detail: str
    path: str = ""
    demo: bool = False
    saved: Saved | None = None
    folder: bool = False
    before: str = ""
    """What was typed before the path."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. completed: the text as far as it is certain, empty where nothing can be added."""

    choices: tuple[Choice, ...]
    completed: str = ""


def look_around(state: Path | None) -> Found:
    """Saved sessions, recent files, files here, the demo."""
    choices: list[Choice] = []
    recent: dict[str, None] = {}
    if state is not None:
        from segtui.session.autosave import offered

        for saved in offered(state):
            names = " + ".join(Path(path).name for path in saved.sources)
            detail = (
                f"k {saved.recipe.cluster.k}, {fmt.plural(len(saved.runs), 'run')}, saved {age(saved.when.timestamp())}"
            )
            if len(choices) < 3:
                choices.append(Choice("Take up where you left", names, detail, saved=saved))
            recent.update(dict.fromkeys(saved.sources))
    choices += [_file("Recent files", Path(path), path) for path in recent if os.path.isfile(path)][:6]
    here = sorted((p for p in _entries(Path()) if p.is_file()), key=lambda p: p.name.lower())
    choices += [_file("Files here", path, str(path)) for path in here[:12]]
    if len(here) > 1:
        choices.append(Choice("Files here", "." + os.sep, f"all {len(here)} of them together", "." + os.sep))
    choices.append(Choice("Try it", "demo", "the customers of an invented shop", demo=True))
    return Found(tuple(choices))


def paths_in(text: str) -> tuple[str, ...]:
    """The paths that a typed line names: one, or several with blanks between; one that holds blanks is quoted.

    A line that is a path as it stands is taken for that.
    """
    whole = _expanded(text)
    words = tuple(_expanded(word) for _, word in _words(text) if word)
    one = len(words) < 2 or os.path.lexists(whole) or not any(os.path.lexists(word) for word in words)
    if one:
        return (whole if len(words) != 1 or os.path.lexists(whole) else words[0],) if whole else ()
    return words


def _expanded(text: str) -> str:
    return os.path.expanduser(os.path.expandvars(text.strip()))


def _words(text: str) -> list[tuple[int, str]]:
    """The words of a line, each with where it starts; quotes keep blanks together, and the last may be open."""
    words, word, start, quote = [], "", 0, ""
    for i, character in enumerate(text):
        if quote:
            quote, word = ("", word) if character == quote else (quote, word + character)
        elif character in "'\"":
            quote = character
        elif character.isspace():
            words.append((start, word))
            word, start = "", i + 1
        else:
            word += character
    return [*words, (start, word)]


def quoted(path: str) -> str:
    """A path as it is typed among others."""
    if not any(character.isspace() or character in "'\"" for character in path):
        return path
    return f'"{path}"' if "'" in path else f"'{path}'"


def complete(text: str) -> Found:
    """Folders and readable files that the last path of a line could become."""
    start, word = _words(text)[-1]
    if not text[-1:].isspace():  # the whole line may be one path that holds blanks
        found = _complete("", text.lstrip())
        if found.choices or word == text:
            return found
    return _complete(text[:start], word)


def _complete(before: str, text: str) -> Found:
    expanded = _expanded(text) if text.strip() else ""
    folder, begin = os.path.split(expanded)
    typed_folder = os.path.split(text.strip())[0]
    found = [
        path
        for path in _entries(Path(folder or "."), all_files=bool(begin))
        if path.name.lower().startswith(begin.lower()) and (begin.startswith(".") or not path.name.startswith("."))
    ]
    found.sort(key=lambda p: (not p.is_dir(), p.name.lower()))
    tables = sum(path.is_file() for path in found)
    choices = []
    if folder and not begin and tables > 1:
        together = f"its {tables} tables together"
        choices.append(Choice("Completions", typed_folder + os.sep, together, folder + os.sep, before=before))
    for path in found[:MOST]:
        shown = os.path.join(typed_folder, path.name) if typed_folder else path.name
        if path.is_dir():
            choices.append(Choice("Completions", shown + os.sep, "folder", shown + os.sep, folder=True, before=before))
        else:
            full = os.path.join(folder, path.name) if folder else path.name
            choices.append(replace(_file("Completions", path, full, shown), before=before))
    common = beginning([path.name for path in found])
    if len(found) == 1 and found[0].is_dir():
        common += os.sep
    longer = len(common) > len(begin)
    return Found(tuple(choices), before + quoted(os.path.join(typed_folder, common)) if longer else "")


def beginning(names: list[str]) -> str:
    """What all names begin with."""
    if not names:
        return ""
    first, last = min(names), max(names)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:same]


def _entries(folder: Path, *, all_files: bool = False) -> Iterable[Path]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if all_files or entry.is_dir() or name.lower().endswith(READABLE):
                    yield folder / name
    except OSError:
        return


def _file(heading: str, path: Path, full: str, shown: str = "") -> Choice:
    try:
        stat = path.stat()
        detail = f"{fmt.size(stat.st_size)}, {age(stat.st_mtime)}"
    except OSError:
        detail = "not readable"
    return Choice(heading, shown or full, detail, full)


def age(moment: float) -> str:
    """How long ago, roughly."""
    seconds = max(0.0, time.time() - moment)
    for limit, divisor, unit in ((90, 1, "second"), (5400, 60, "minute"), (129600, 3600, "hour"), (1e18, 86400, "day")):
        if seconds < limit:
            return f"{fmt.plural(max(1, round(seconds / divisor)), unit)} ago"
    return ""
