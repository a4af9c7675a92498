"""Themes are data: a TOML file each, shipped in `themes/` and added by the analyst in the config folder.

    about = "Night over the docks"
    dark = true                 # the background is dark
    ansi = false                # true: the terminal's own 16 colours and background
    [colours]                   # primary is needed; the rest follows from it where missing
    primary = "#4aa3c7"
    [variables]                 # Textual's variables, such as block-cursor-background
    border = "#2d5266"
    [segments]                  # A, B, C ...: twelve or more; palette as xterm-256 numbers or "#rrggbb"
    palette = [93, 190, 94, 183, 178, 159, 132, 105, 136, 127, 151, 175]
    named = ["cyan", "yellow"]  # for a terminal with 16 colours

Parsing needs no Textual (so that the colour level can be chosen first); making the Textual theme does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from segtui.clean_text import clean
from segtui.paths import config_folder

if TYPE_CHECKING:
    from textual.theme import Theme

DEFAULT = "dark"
MONO = "mono"
ANSI = "ansi"

DARK_PALETTE = (93, 190, 94, 183, 178, 159, 132, 105, 136, 127, 151, 175)
LIGHT_PALETTE = (105, 17, 196, 20, 52, 97, 139, 124, 65, 23, 54, 27)
"""Letter colours as xterm-256 numbers, so that they survive SSH, in the order in which they tell apart best also for
red-green blind eyes; twelve can never be told apart by colour alone, the letter does that."""

DARK_NAMED = (
    "cyan", "yellow", "magenta", "green", "red", "blue", "white",
    "bright_cyan", "bright_yellow", "bright_magenta", "bright_green", "bright_red",
)  # fmt: skip
LIGHT_NAMED = (
    "blue", "red", "green", "magenta", "cyan", "black", "yellow",
    "bright_blue", "bright_red", "bright_magenta", "bright_green", "bright_black",
)  # fmt: skip

COLOURS = (
    "primary", "secondary", "warning", "error", "success", "accent",
    "foreground", "background", "surface", "panel", "boost",
)  # fmt: skip
_TOP = ("about", "dark", "ansi", "colours", "variables", "segments")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_NAMED_16 = frozenset(f"{bright}{name}" for bright in ("", "bright_") for name in (
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ThemeData:
    """One theme as its file says it, checked as far as that goes without Textual."""

    name: str
    about: str
    dark: bool
    ansi: bool
    colours: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    palette: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class BrokenTheme(ValueError):
    """A theme file that cannot be used; the text says why."""


# -- reading ---------------------------------------------------------------------------------------------


def parse(name: str, text: str) -> ThemeData:
    """The theme in `text`. Raises BrokenTheme."""
    if not _NAME.fullmatch(name):
        raise BrokenTheme("a theme's file name is made of lower-case letters, digits and hyphens")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenTheme(f"not valid TOML: {error}") from None
    _only(document, _TOP, "the theme")
    dark = _flag(document, "dark", True)
    colours = _texts(document, "colours")
    _only(colours, COLOURS, "[colours]")
    if "primary" not in colours:
        raise BrokenTheme('[colours] must say at least "primary"')
    segments = document.get("segments", {})
    if not isinstance(segments, dict):
        raise BrokenTheme('"segments" must be a section: [segments]')
    _only(segments, ("palette", "named"), "[segments]")
    about = document.get("about", "")
    return ThemeData(
        name=name,
        about=about if isinstance(about, str) else "",
        dark=dark,
        ansi=_flag(document, "ansi", False),
        colours=colours,
        variables=_texts(document, "variables"),
        palette=_palette(segments.get("palette"), DARK_PALETTE if dark else LIGHT_PALETTE),
        named=_named(segments.get("named"), DARK_NAMED if dark else LIGHT_NAMED),
    )


def _only(section: Mapping[str, object], known: Iterable[str], where: str) -> None:
    unknown = sorted(set(section) - set(known))
    if unknown:
        raise BrokenTheme(f'{where} has no "{unknown[0]}" (known: {", ".join(known)})')


def _flag(document: Mapping[str, object], name: str, default: bool) -> bool:
    value = document.get(name, default)
    if not isinstance(value, bool):
        raise BrokenTheme(f'"{name}" must be true or false')
    return value


def _texts(document: Mapping[str, object], name: str) -> dict[str, str]:
    section = document.get(name, {})
    if not isinstance(section, dict):
        raise BrokenTheme(f'"{name}" must be a section: [{name}]')
    for key, value in section.items():
        if not isinstance(value, str):
            raise BrokenTheme(f'[{name}] "{key}" must be a text in quotes')
    return {str(key): str(value) for key, value in section.items()}


def _palette(value: object, default: tuple[int, ...]) -> tuple[str, ...]:
    if value is None:
        return tuple(map(xterm_hex, default))
    if not isinstance(value, list) or not value:
        raise BrokenTheme("[segments] palette must be a list of colours")
    colours = []
    for colour in value:
        if isinstance(colour, int) and 0 <= colour <= 255:
            colours.append(xterm_hex(colour))
        elif isinstance(colour, str) and _HEX.fullmatch(colour):
            colours.append(colour.lower())
        else:
            raise BrokenTheme(f'[segments] palette: {colour!r} is neither 0 to 255 nor "#rrggbb"')
    return tuple(colours)


def _named(value: object, default: tuple[str, ...]) -> tuple[str, ...]:
    if value is None:
        return default
    if not isinstance(value, list) or not value:
        raise BrokenTheme("[segments] named must be a list of colour names")
    for colour in value:
        if colour != "default" and colour not in _NAMED_16:
            raise BrokenTheme(f"[segments] named: {colour!r} is none of the 16 colours")
    return tuple(map(str, value))


def xterm_hex(number: int) -> str:
    """The standard colour of an xterm-256 number; the first 16 are the terminal's own, so their usual values."""
    if number < 16:
        low = ("000000", "800000", "008000", "808000", "000080", "800080", "008080", "c0c0c0")
        high = ("808080", "ff0000", "00ff00", "ffff00", "0000ff", "ff00ff", "00ffff", "ffffff")
        return "#" + (low + high)[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    steps = (0, 95, 135, 175, 215, 255)
    number -= 16
    return f"#{steps[number // 36]:02x}{steps[number // 6 % 6]:02x}{steps[number % 6]:02x}"


# -- finding ---------------------------------------------------------------------------------------------


def shipped_folder() -> Path:
    """The themes of this installation: inside the package in a wheel, at the top of the repository otherwise."""
    package = Path(__file__).resolve().parents[1]  # not importlib.resources: its import costs 5 ms of the first paint
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def user_folder() -> Path:
    """Where the analyst's own themes are."""
    return config_folder() / "themes"


def load(*folders: Path) -> tuple[dict[str, ThemeData], tuple[str, ...]]:
    """All themes by name and a sentence on each broken one.

    folders: default: the shipped ones, then the analyst's, which may replace a shipped one.
    """
    themes: dict[str, ThemeData] = {}
    problems: list[str] = []
    for folder in folders or (shipped_folder(), user_folder()):
        for entry in _theme_files(folder):
            try:
                theme = parse(entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8"))
            except (BrokenTheme, OSError, UnicodeDecodeError) as error:
                problems.append(_sentence(entry, error))
            else:
                themes[theme.name] = theme
    return themes, tuple(problems)


def _theme_files(folder: Path) -> list[Path]:
    try:
        return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    except OSError:
        return []


def _sentence(entry: Path, error: Exception) -> str:
    reason = str(error)
    if isinstance(error, UnicodeDecodeError):
        reason = "not UTF-8 text"
    elif isinstance(error, OSError):
        reason = error.strerror or "cannot be read"
    return f"theme {clean(entry)}: {clean(reason)}; it is left out."


# -- using -----------------------------------------------------------------------------------------------


def to_textual(theme: ThemeData) -> Theme:
    """The theme as Textual takes it. Raises BrokenTheme."""
    from textual.color import ColorParseError
    from textual.theme import Theme

    segments = _ansi_names(theme.named) if theme.ansi else theme.palette
    letters = {f"segment-{i + 1}": segments[i % len(segments)] for i in range(12)}
    result = Theme(
        name=theme.name,
        dark=theme.dark,
        ansi=theme.ansi,
        variables={**letters, **theme.variables},
        **theme.colours,  # type: ignore[arg-type]  # names were checked when the file was read
    )
    try:
        result.to_color_system().generate()
    except ColorParseError as error:
        raise BrokenTheme(str(error).split(";")[0]) from None
    _check_variables(theme)
    return result


def _check_variables(theme: ThemeData) -> None:
    """A wrong variable would stop the whole style sheet, so each must be a colour, a text style or a word list."""
    from textual.color import Color, ColorParseError
    from textual.css.styles import Styles

    for name, value in theme.variables.items():
        if "style" in name:
            try:
                Styles().text_style = value.replace("$", "")
            except Exception:
                raise BrokenTheme(f'[variables] {name}: "{value}" is not a text style') from None
            continue
        colour = re.sub(r"\s+[0-9.]+%$", "", value.strip())
        if colour in ("auto", "transparent"):
            continue
        try:
            Color.parse(colour)
        except ColorParseError:
            raise BrokenTheme(f'[variables] {name}: "{value}" is not a colour') from None


def _ansi_names(named: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"ansi_{name}" for name in named)


def textual_themes(themes: Mapping[str, ThemeData]) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """Every theme as Textual takes it, and a sentence on each that it cannot take."""
    usable: list[Theme] = []
    problems: list[str] = []
    for theme in themes.values():
        try:
            usable.append(to_textual(theme))
        except BrokenTheme as error:
            problems.append(f'theme "{theme.name}": {clean(error)}; it is left out.')
    return tuple(usable), tuple(problems)


def segment_colors(theme: Theme, level: str) -> tuple[str, ...]:
    """Twelve colours for A, B, C ... as Rich names them ("#8700ff", "cyan"; "default" where there is no colour)."""
    if level == "mono" or theme.name == MONO:
        return ("default",) * 12
    variables = [theme.variables.get(f"segment-{i + 1}", "") for i in range(12)]
    if theme.ansi or not all(variables):
        own = [v.removeprefix("ansi_") for v in variables if v.startswith("ansi_")]
        if len(own) == 12:
            return tuple(own)
    elif level != "16":
        return tuple(variables)
    if level == "16" or theme.ansi:
        return DARK_NAMED if theme.dark else LIGHT_NAMED
    return tuple(map(xterm_hex, DARK_PALETTE if theme.dark else LIGHT_PALETTE))


def pick(asked: str | None, configured: str | None, level: str, known: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The theme to start with and what to say about it.

    The command line comes first, then the settings, then what suits the terminal; a terminal without colour is
    always plain.
    """
    names = tuple(known)
    problems = []
    chosen = None
    for name, source in ((asked, "--theme"), (configured, "the settings")):
        if name is None:
            continue
        if name in names:
            chosen = name
            break
        problems.append(f'there is no theme "{clean(name)}" ({source}); there are: {", ".join(sorted(names))}.')
    if level == "mono" and MONO in names:
        chosen = MONO
    if chosen is None:
        chosen = ANSI if level == "16" else DEFAULT
    return (chosen if chosen in names else next(iter(names), DEFAULT)), tuple(problems)
