"""The analyst's settings, `segtui/config.toml` in the config folder: read, checked, never in the way.

    theme = "harbour"
    mouse = false
    ascii = "auto"            # or true, false

    [keys]                    # command id = keys; `segtui keys` prints all ids
    more-segments = "plus, ctrl+up"

Whatever is wrong is named, with its line, in one report, and skipped.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from segtui.clean_text import clean
from segtui.paths import config_folder

SETTINGS = ("theme", "mouse", "ascii", "keys")


@dataclass(frozen=True, slots=True)
class Config:
    """Settings; None means that the analyst did not say.

    keys: command id -> (keys as written, line). problems: sentences, each naming file and line.
    """

    path: Path
    theme: str | None = None
    mouse: bool | None = None
    ascii: bool | None = None
    keys: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def sentence(problem: str) -> str:
    """A problem as a clean sentence with its stop."""
    text = clean(problem)
    return text if text.endswith((".", "?")) else text + "."


def config_path() -> Path:
    """Where the settings are."""
    return config_folder() / "config.toml"


def load(path: Path | None = None) -> Config:
    """The settings in `path` (default: the config folder). A missing file is no problem; nothing raises."""
    path = path or config_path()
    empty = Config(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return empty
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"cannot be read: {error.strerror}"
        return replace(empty, problems=(f"{clean(path)} {reason}; the defaults are used.",))
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return replace(empty, problems=(f"{clean(path)} is not valid TOML: {clean(error)}; the defaults are used.",))
    return _Reader(path, text, document).config()


class _Reader:
    """Takes one settings document apart, collecting what is wrong."""

    def __init__(self, path: Path, text: str, document: dict[str, object]) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.document = document
        self.problems: list[str] = []

    def config(self) -> Config:
        for name in self.document:
            if name not in SETTINGS:
                close = get_close_matches(name, SETTINGS, 1)
                hint = f'; did you mean "{close[0]}"?' if close else f" (settings: {', '.join(SETTINGS)})"
                self.report(name, "", f'unknown setting "{name}"{hint}')
        return Config(
            self.path,
            theme=self.text("theme"),
            mouse=self.flag("mouse"),
            ascii=None if self.document.get("ascii") == "auto" else self.flag("ascii"),
            keys=self.keys(),
            problems=tuple(self.problems),
        )

    def report(self, name: str, section: str, problem: str) -> None:
        self.problems.append(f"{clean(self.path)}, line {self.line(name, section)}: {sentence(problem)}")

    def line(self, name: str, section: str) -> int:
        """The line that sets `name`; tomllib does not tell, so it is looked for."""
        here = ""
        setting = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*[=.]""")
        for number, line in enumerate(self.lines, 1):
            if heading := re.match(r"""\s*\[\s*["']?([^\]"']*?)["']?\s*\]""", line):
                here = heading[1]
                if here == name:
                    return number
            elif here == section and setting.match(line):
                return number
        return 1

    def text(self, name: str) -> str | None:
        value = self.document.get(name)
        if value is None or isinstance(value, str):
            return value
        self.report(name, "", f'"{name}" must be a text in quotes')
        return None

    def flag(self, name: str) -> bool | None:
        value = self.document.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.report(name, "", f'"{name}" must be true or false' + (', or "auto"' if name == "ascii" else ""))
        return None

    def keys(self) -> dict[str, tuple[str, int]]:
        section = self.document.get("keys")
        if section is None:
            return {}
        if not isinstance(section, dict):
            self.report("keys", "", '"keys" must be a section: [keys]')
            return {}
        found = {}
        for name, value in section.items():
            if isinstance(value, list) and all(isinstance(key, str) for key in value):
                value = ",".join(value)
            if isinstance(value, str):
                found[str(name)] = (value, self.line(str(name), "keys"))
            else:
                self.report(str(name), "keys", f'the keys of "{name}" must be a text such as "ctrl+up, plus"')
        return found
