"""The analyst's `[keys]` checked against the command table, because Textual ignores what it does not know.

Every wrong entry is named with its line and skipped; the default keys of that command then stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol

from textual.keys import Keys, _character_to_key

from segtui.clean_text import clean
from segtui.tui.config import sentence

DEAD = {"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+m": "enter"}
"""Keys that no terminal without the kitty protocol can tell from another."""

NEVER_LOST = ("quit", "help", "stop")
"""Commands that must keep a key, or nobody finds the way out."""

_EVERYWHERE = "everywhere"
_LISTS = "lists"
_MODIFIERS = ("ctrl", "shift", "alt", "super", "hyper", "meta")
_NAMED = frozenset(key.value for key in Keys) | {"space", "insert", "delete", "home", "end", "pageup", "pagedown"}


class BoundCommand(Protocol):
    """What is needed of a command (`commands.Command`)."""

    @property
    def id(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def where(self) -> tuple[str, ...]: ...


def validate(
    wanted: Mapping[str, tuple[str, int]], commands: Sequence[BoundCommand], where: object = "config.toml"
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The entries that can be used, as `App.set_keymap` takes them, and a sentence on each of the others.

    wanted: command id -> (keys as written, line).
    """
    table = {command.id: command for command in commands}
    problems: list[str] = []

    def report(command_id: str, problem: str) -> None:
        problems.append(f"{clean(where)}, line {wanted[command_id][1]}: {sentence(problem)}")

    usable: dict[str, tuple[str, ...]] = {}
    for command_id, (text, _) in wanted.items():
        if command_id not in table:
            close = get_close_matches(command_id, table, 1)
            hint = f'; did you mean "{close[0]}"?' if close else "; `segtui keys` prints them all"
            report(command_id, f'there is no command "{command_id}"{hint}')
            continue
        keys, wrong = _parse(text)
        for problem in wrong:
            report(command_id, f'"{command_id}": {problem}')
        if keys or (not wrong and command_id not in NEVER_LOST):
            usable[command_id] = keys
        elif not wrong:
            report(command_id, f'"{command_id}" must keep a key')
    for command_id, problem in _drop_clashes(usable, table):
        report(command_id, problem)
    return {command_id: ",".join(keys) for command_id, keys in usable.items()}, tuple(problems)


def _parse(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Keys by Textual's names, and what is wrong with the others."""
    keys: list[str] = []
    wrong: list[str] = []
    for part in [","] if text.strip() == "," else text.split(","):
        key = part.strip()
        if not key:
            continue
        name = normal(key)
        if name is None:
            wrong.append(f'"{key}" is not a key')
        elif name in DEAD:
            wrong.append(f'"{key}" arrives as {DEAD[name]} on most terminals')
        elif name not in keys:
            keys.append(name)
    return tuple(keys), wrong


def normal(key: str) -> str | None:
    """A key by the name Textual gives it ("?" is "question_mark"); None where there is no such key."""
    if len(key) == 1:
        return _character_to_key(key)
    *modifiers, last = key.split("+") if not key.endswith("++") else [*key[:-2].split("+"), "+"]
    if any(modifier.lower() not in _MODIFIERS for modifier in modifiers):
        return None
    lowered = [modifier.lower() for modifier in modifiers]
    if len(last) == 1:
        if lowered == ["shift"] and last.isalpha():  # Textual sends the capital itself
            return last.upper()
        return "+".join([*lowered, _character_to_key(last.lower())])
    if last.lower() in _NAMED or last.lower() in _character_names():
        return "+".join([*lowered, last.lower()])
    return None


def _character_names() -> frozenset[str]:
    """The long names of all characters on a plain keyboard."""
    return frozenset(_character_to_key(chr(code)) for code in range(0x20, 0x7F))


def _drop_clashes(usable: dict[str, tuple[str, ...]], table: Mapping[str, BoundCommand]) -> Iterable[tuple[str, str]]:
    """Take out of `usable` what clashes. Taking one out gives its default keys back, which may clash in turn."""
    reported: list[tuple[str, str]] = []
    while True:
        clash = _first_clash(usable, table)
        if clash is None:
            return reported
        loser, other, key = clash
        del usable[loser]
        reported.append((loser, f'"{loser}": {key} is already the key of "{other}"'))


def _first_clash(
    usable: Mapping[str, tuple[str, ...]], table: Mapping[str, BoundCommand]
) -> tuple[str, str, str] | None:
    """(changed command, the command it clashes with, key). Clashes among defaults are none of the analyst's doing."""
    for loser in reversed(list(usable)):
        for other, command in table.items():
            if other == loser or not _meet(table[loser], command):
                continue
            for key in usable.get(other, command.keys):
                if key in usable[loser] and not (key in table[loser].keys and key in command.keys):
                    return loser, other, key
    return None


def _meet(one: BoundCommand, other: BoundCommand) -> bool:
    """Whether both can be asked for in the same place. Lists are in every pane."""
    anywhere = {_EVERYWHERE, _LISTS}
    if anywhere & set(one.where) or anywhere & set(other.where):
        return True
    return bool(set(one.where) & set(other.where))
