"""Themes as data: the shipped ones can be read, and a broken one is named and skipped."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from segtui.tui import colour, theme
from segtui.tui.safety import SafeApp

SHIPPED, SHIPPED_PROBLEMS = theme.load(theme.shipped_folder())


def textual(name: str) -> Theme:
    return theme.to_textual(SHIPPED[name])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG."""

    def luminance(text: str) -> float:
        channels = [c / 255 for c in Color.parse(text).rgb]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_all_are_there_and_none_is_broken():
    assert SHIPPED_PROBLEMS == ()
    assert {"dark", "light", "high-contrast", "ansi", "mono", "harbour"} <= set(SHIPPED)
    usable, problems = theme.textual_themes(SHIPPED)
    assert problems == ()
    assert len(usable) == len(SHIPPED)


@pytest.mark.parametrize("name", sorted(SHIPPED))
async def test_each_draws(name: str):
    class Small(SafeApp):
        pass

    app = Small()
    app.register_theme(textual(name))
    async with app.run_test() as pilot:
        app.theme = name
        await pilot.pause()
        assert app.theme == name


@pytest.mark.parametrize("name", [name for name, data in SHIPPED.items() if not data.ansi])
def test_text_and_letters_can_be_read(name: str):
    data = SHIPPED[name]
    least = 12 if name == "high-contrast" else 7
    assert contrast(data.colours["foreground"], data.colours["background"]) >= least
    assert contrast(data.variables["block-cursor-foreground"], data.variables["block-cursor-background"]) >= 4.5
    for role in ("primary", "secondary", "warning", "error", "success", "accent"):
        assert contrast(data.colours[role], data.colours["background"]) >= 4.5, role
    assert len(data.palette) >= 12
    for colour_ in data.palette:
        assert contrast(colour_, data.colours["background"]) >= (2.8 if name != "high-contrast" else 7), colour_
    assert all(one != other for one, other in combinations(data.palette, 2))


def test_segment_colours_by_level():
    dark = textual("dark")
    assert theme.segment_colors(dark, "256")[:2] == ("#8700ff", "#d7ff00")
    assert theme.segment_colors(dark, "16")[:2] == ("cyan", "yellow")
    assert set(theme.segment_colors(dark, "mono")) == {"default"}
    assert set(theme.segment_colors(textual("mono"), "256")) == {"default"}
    assert theme.segment_colors(textual("ansi"), "truecolor")[0] == "cyan"
    assert len(theme.segment_colors(textual("light"), "256")) == 12
    assert theme.segment_colors(Theme("other", primary="#ff0000"), "256")[0] == "#8700ff"


def test_xterm_numbers():
    assert [theme.xterm_hex(n) for n in (9, 16, 93, 231, 232, 255)] == [
        "#ff0000", "#000000", "#8700ff", "#ffffff", "#080808", "#eeeeee",
    ]  # fmt: skip


BROKEN = {
    "no-toml": "colours = [",
    "no-primary": "[colours]\naccent = '#ffffff'",
    "unknown-word": "colour = 'red'\n[colours]\nprimary = '#ffffff'",
    "unknown-role": "[colours]\nprimary = '#ffffff'\nprimry = '#ffffff'",
    "no-colour": "[colours]\nprimary = 'reddish'",
    "no-variable-colour": "[colours]\nprimary = '#ffffff'\n[variables]\nborder = 'borderish'",
    "no-style": "[colours]\nprimary = '#ffffff'\n[variables]\nblock-cursor-text-style = 'shouting'",
    "not-a-flag": "dark = 'yes'\n[colours]\nprimary = '#ffffff'",
    "palette": "[colours]\nprimary = '#ffffff'\n[segments]\npalette = [300]",
    "Named": "[colours]\nprimary = '#ffffff'",
}


def test_broken_themes_are_each_named_and_skipped(tmp_path: Path):
    for name, text in BROKEN.items():
        (tmp_path / f"{name}.toml").write_text(text)
    (tmp_path / "latin.toml").write_bytes(b"about = '\xe9'")
    (tmp_path / "good.toml").write_text("[colours]\nprimary = '#336699'")
    found, problems = theme.load(tmp_path)
    usable, more = theme.textual_themes(found)
    assert [one.name for one in usable] == ["good"]
    report = "\n".join((*problems, *more))
    for name in (*BROKEN, "latin"):
        assert name in report
    assert len(problems) + len(more) == len(BROKEN) + 1
    assert 'no "primry"' in report
    assert "reddish" in report


def test_own_theme_replaces_a_shipped_one(tmp_path: Path):
    (tmp_path / "dark.toml").write_text("about = 'mine'\n[colours]\nprimary = '#336699'")
    found, problems = theme.load(theme.shipped_folder(), tmp_path, tmp_path / "not-there")
    assert problems == ()
    assert found["dark"].about == "mine"
    assert len(found) == len(SHIPPED)


@pytest.mark.parametrize(
    ("asked", "configured", "level", "wanted", "complaints"),
    [
        (None, None, "256", "dark", 0),
        (None, None, "16", "ansi", 0),
        (None, "light", "16", "light", 0),
        ("harbour", "light", "256", "harbour", 0),
        ("harbour", None, "mono", "mono", 0),
        ("nope", "light", "256", "light", 1),
        ("nope", "nor", "256", "dark", 2),
    ],
)
def test_which_theme(asked: str | None, configured: str | None, level: str, wanted: str, complaints: int):
    chosen, problems = theme.pick(asked, configured, level, SHIPPED)
    assert chosen == wanted
    assert len(problems) == complaints


@pytest.mark.parametrize(
    ("environ", "level"),
    [
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "mono"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, "mono"),
        ({"TERM": "nobody-knows-it"}, "256"),
        ({}, "mono"),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "none"}, None),
        ({"TERM": "dumb", "TEXTUAL_COLOR_SYSTEM": "256"}, "256"),
    ],
)
def test_colour_level(environ: dict[str, str], level: str | None):
    found = colour.level(environ)
    assert level is None or found == level
    colour.prepare(environ, found)
    assert environ["TEXTUAL_COLOR_SYSTEM"] in ("standard", "256", "truecolor")
    assert ("NO_COLOR" in environ) == (found == "mono")


def test_colour_counts():
    assert [colour.from_count(n) for n in (-1, 0, 8, 16, 256, 16_777_216)] == ["mono", "mono", "16", "16", "256", "256"]
