"""Sessions saved after every change, so that a lost connection, a crash or a closed lid loses nothing.

One small TOML file per session, for its owner only: the runs, each with its recipe as recipe_file writes it.
It is replaced in one move; a file that cannot be read later is passed over, never fatal.
"""

from __future__ import annotations

import logging
import os
import time
import tomllib
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from segtui.errors import SegtuiError
from segtui.paths import private_folder
from segtui.recipe import Anchor, Recipe
from segtui.recipe_file import from_toml, to_toml
from segtui.session.history import Entry

RUNS_KEPT = 50
"""Runs of the history written with each save; the session itself has no limit."""

SESSIONS_KEPT = 20

log = logging.getLogger("segtui")


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved session. runs: its history, oldest first; at: the number of the run it stood at."""

    path: Path
    when: datetime
    runs: tuple[Entry[Recipe], ...]
    at: int
    anchor: Anchor | None

    @property
    def recipe(self) -> Recipe:
        """The recipe it stood at, with its letters' anchor."""
        current = next((run.value for run in self.runs if run.number == self.at), self.runs[-1].value)
        return replace(current, anchor=self.anchor)

    @property
    def sources(self) -> tuple[str, ...]:
        """The files it was about."""
        return tuple(source.path for source in self.recipe.gather.sources)


class Autosave:
    """Writes one session's file again and again."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "sessions"
        self._path = self._folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.toml"
        self._texts: dict[int, tuple[Recipe, str]] = {}

    def new_session(self) -> None:
        """Other data was opened: keep the file written so far and go on with a new one."""
        self._texts = {}
        stem, number = self._path.stem, 2
        while self._path.exists():
            self._path = self._folder / f"{stem}-{number}.toml"
            number += 1

    def write(self, runs: Sequence[Entry[Recipe]], at: int, anchor: Anchor | None) -> Path | None:
        """Replace the session's file; None where it cannot be written (said in the log, the session goes on)."""
        import tomli_w

        document: dict[str, object] = {
            "saved": datetime.now().astimezone().replace(microsecond=0),
            "at": at,
            "run": [
                {"number": run.number, "label": run.label, "parent": run.parent, "recipe": self._text(run)}
                for run in runs
                if run.number > len(runs) - RUNS_KEPT or run.number in (1, at)
            ],
        }
        if anchor is not None:
            document["anchor"] = to_toml(Recipe(anchor=anchor))
        beside = self._path.with_suffix(f".tmp-{os.getpid()}")
        try:
            private_folder(self._folder)
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(tomli_w.dumps(document))
            os.replace(beside, self._path)
        except OSError as error:
            log.warning("the session could not be saved: %s", error.strerror)
            return None
        return self._path

    def _text(self, run: Entry[Recipe]) -> str:
        """A run's recipe as TOML, made once: recipes do not change."""
        known = self._texts.get(run.number)
        if known is None or known[0] is not run.value:
            known = self._texts[run.number] = (run.value, to_toml(run.value))
        return known[1]


def offered(state: Path) -> tuple[Saved, ...]:
    """Saved sessions that can be taken up again, newest first, one per set of sources; old ones are cleared away."""
    try:
        paths = sorted((state / "sessions").glob("*.toml"), key=lambda p: p.stat().st_mtime, reverse=True)
    except OSError:
        return ()
    for path in paths[SESSIONS_KEPT:]:
        with suppress(OSError):
            path.unlink()
    found: dict[tuple[str, ...], Saved] = {}
    for path in paths[:SESSIONS_KEPT]:
        saved = read(path)
        if saved is not None:
            newer = found.get(saved.sources)
            if newer is None or (len(newer.runs) == 1 and len(saved.runs) > 1):
                found[saved.sources] = saved  # one that was only opened and left does not hide earlier work
    return tuple(found.values())


def read(path: Path) -> Saved | None:
    """One saved session; None where the file cannot be understood."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        runs = tuple(
            Entry(int(run["number"]), str(run["label"]), from_toml(run["recipe"], str(path)), int(run["parent"]))
            for run in document["run"]
        )
        anchor = from_toml(document["anchor"], str(path)).anchor if "anchor" in document else None
        return Saved(path, document["saved"], runs, int(document["at"]), anchor) if runs else None
    except (OSError, ValueError, KeyError, TypeError, SegtuiError):
        return None


def log_unforeseen(job: str, error: Exception) -> None:
    """Note where an unforeseen error came from: file, line and function of each frame, never a value."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    log.error("%s while %s: %s", type(error).__name__, job, places)
