"""Settings and keys: what is wrong is named with its line and skipped, the rest counts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from segtui.tui import config, keymap
from segtui.tui.clipboard import copy
from segtui.tui.commands import COMMANDS


@dataclass(frozen=True)
class Fake:
    id: str
    keys: tuple[str, ...]
    where: tuple[str, ...] = ("everywhere",)


TABLE = (
    Fake("k.inc", ("plus", "equals_sign")),
    Fake("undo", ("u",)),
    Fake("redo", ("ctrl+r", "U")),
    Fake("help", ("question_mark", "f1")),
    Fake("quit", ("q",)),
    Fake("weight", ("w",), ("features",)),
    Fake("rename", ("e",), ("segments",)),
    Fake("down", ("j", "down"), ("lists",)),
)


def check(**wanted: str) -> tuple[dict[str, str], tuple[str, ...]]:
    entries = {name.replace("_", "."): (text, line) for line, (name, text) in enumerate(wanted.items(), 1)}
    return keymap.validate(entries, TABLE)


def test_good_keys_by_textuals_names():
    keys, problems = check(k_inc="+, ctrl+up", undo="ctrl+z", weight="W , f5", rename="w", redo="shift+z, space")
    assert problems == ()
    assert keys["k.inc"] == "plus,ctrl+up"
    assert keys["weight"] == "W,f5"
    assert keys["redo"] == "Z,space"


def test_same_key_in_different_places_is_no_clash():
    keys, problems = check(rename="w")
    assert problems == ()
    assert keys == {"rename": "w"}


def test_swapping_two_keys_is_no_clash():
    keys, problems = check(undo="q", quit="u")
    assert problems == ()
    assert keys == {"undo": "q", "quit": "u"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"undoo": "z"}, 'no command "undoo"; did you mean "undo"?'),
        ({"undo": "ctrl+h"}, "arrives as backspace"),
        ({"undo": "ctrl+i"}, "arrives as tab"),
        ({"undo": "hyperdrive"}, '"hyperdrive" is not a key'),
        ({"undo": "crtl+z"}, "is not a key"),
        ({"undo": "q"}, 'q is already the key of "quit"'),
        ({"weight": "j"}, 'j is already the key of "down"'),
        ({"quit": ""}, "must keep a key"),
    ],
)
def test_wrong_keys_are_named_and_skipped(wanted: dict[str, str], said: str):
    keys, problems = check(**wanted)
    assert keys == {}
    assert len(problems) == 1
    assert said in problems[0]
    assert problems[0].startswith("config.toml, line 1: ")


def test_taking_one_back_may_take_another_back():
    # redo wants help's key, which help keeps because its own wish is impossible
    keys, problems = check(redo="?", help="q")
    assert keys == {}
    assert len(problems) == 2


def test_a_command_may_lose_its_keys():
    assert check(undo="") == ({"undo": ""}, ())


def test_the_real_table_has_no_surprises():
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))
    for command in COMMANDS:
        for key in command.keys:
            assert keymap.normal(key) == key, (command.id, key)
            assert key not in keymap.DEAD
    same = {command.id: (",".join(command.keys), 1) for command in COMMANDS}
    assert keymap.validate(same, COMMANDS)[1] == ()


# -- settings --------------------------------------------------------------------------------------------


def settings(tmp_path: Path, text: str) -> config.Config:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return config.load(path)


def test_no_settings_are_no_problem(tmp_path: Path):
    assert config.load(tmp_path / "nothing.toml").problems == ()
    assert config.load().problems == ()


def test_good_settings(tmp_path: Path):
    found = settings(
        tmp_path, 'theme = "harbour"\nmouse = false\nascii = "auto"\n\n[keys]\nundo = "z"\n"go-data" = ["f9"]\n'
    )
    assert (found.theme, found.mouse, found.ascii, found.problems) == ("harbour", False, None, ())
    assert found.keys == {"undo": ("z", 6), "go-data": ("f9", 7)}


def test_wrong_settings_are_all_named_with_their_line(tmp_path: Path):
    found = settings(
        tmp_path,
        '# mine\nthem = "dark"\nmouse = "no"\nascii = 1\ntheme = 3\n[keys]\nundo = 1\nredo = "U"\n[colours]\na = 1\n',
    )
    lines = [problem.partition(", line ")[2] for problem in found.problems]
    assert sorted(lines) == sorted(
        [
            '2: unknown setting "them"; did you mean "theme"?',
            '3: "mouse" must be true or false.',
            '4: "ascii" must be true or false, or "auto".',
            '5: "theme" must be a text in quotes.',
            '7: the keys of "undo" must be a text such as "ctrl+up, plus".',
            '9: unknown setting "colours" (settings: theme, mouse, ascii, keys).',
        ]
    )
    assert found.keys == {"redo": ("U", 8)}


@pytest.mark.parametrize("content", [b"theme = ", b"\xff\xfe", b"keys = 3"])
def test_unreadable_settings(tmp_path: Path, content: bytes):
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    found = config.load(path)
    assert len(found.problems) == 1
    assert found.keys == {}


# -- copying ---------------------------------------------------------------------------------------------


def test_copying_says_what_happened():
    sent: list[str] = []
    said = copy("a\tb\nc\td\n", sent.append, {"TERM": "xterm-256color"})
    assert sent == ["\x1b]52;c;YQliCmMJZAo=\x07"]
    assert said.startswith("2 lines in ")
    assert said.endswith("; sent to the terminal's clipboard")
    path = Path(said.removeprefix("2 lines in ").partition(";")[0])
    assert path.read_text() == "a\tb\nc\td\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_copying_where_the_terminal_has_no_clipboard():
    sent: list[str] = []
    assert copy("abc", sent.append, {"TERM": "linux"}).startswith("3 characters written to ")
    assert copy("x" * 80_000, sent.append, {"TERM": "xterm"}).startswith("80,000 characters written to ")
    assert sent == []


def test_copying_through_screen_is_wrapped_in_pieces():
    sent: list[str] = []
    copy("y" * 1500, sent.append, {"TERM": "screen", "STY": "1.a"})
    (text,) = sent
    pieces = [piece.removeprefix("\x1bP") for piece in text.split("\x1b\\")[:-1]]
    assert all(len(piece) <= 700 for piece in pieces)
    assert "".join(pieces).startswith("\x1b]52;c;eXl5")


def test_copying_does_not_follow_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    target = tmp_path / "precious"
    target.write_text("keep")
    os.symlink(target, tmp_path / "segtui-copy.txt")
    copy("new", lambda _: None, {"TERM": "linux"})
    assert target.read_text() == "keep"
    assert (tmp_path / "segtui-copy.txt").read_text() == "new"
