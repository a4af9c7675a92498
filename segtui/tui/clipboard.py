"""Copying out of the terminal, over SSH too: tmux, the terminal's own clipboard, and always a file.

No terminal says whether it took the text, so the sentence that comes back says what was done and where the text
is for certain.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from segtui.clean_text import clean
from segtui.paths import private_folder, runtime_folder, state_folder
from segtui.tui.format import count

LARGEST = 74_000
"""Bytes: as base64 what most terminals take at once; larger copies are dropped by them without a word."""

_CHUNK = 700  # GNU screen passes on at most 768 bytes at a time
_TMUX_SECONDS = 1.0
_NO_CLIPBOARD = ("linux", "vt100", "vt102", "vt220", "dumb", "unknown", "")


def copy(text: str, write: Callable[[str], object], environ: Mapping[str, str] = os.environ) -> str:
    """Copy `text`; `write` sends to the terminal. Returns what happened, as a sentence."""
    data = text.encode("utf-8", "replace")
    taken = _to_terminal(data, write, environ)
    path = _to_file(data)
    lines = text.count("\n") + (not text.endswith("\n") if text else 0)
    what = f"{count(lines)} lines" if lines > 1 else f"{count(len(text))} characters"
    if taken and path:
        return f"{what} in {clean(path)}; {taken}"  # the path first: a narrow line is cut at its end
    if taken:
        return f"{what} {taken}"
    if path:
        return f"{what} written to {clean(path)}"
    return "nothing copied: the terminal has no clipboard and no file could be written"


def _to_terminal(data: bytes, write: Callable[[str], object], environ: Mapping[str, str]) -> str:
    """What was done, empty where nothing could be."""
    if environ.get("TMUX"):
        done = _to_tmux(data)
        if done:
            return done
    if environ.get("TERM", "") in _NO_CLIPBOARD or len(data) > LARGEST:
        return ""
    sequence = f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"
    if environ.get("STY") and not environ.get("TMUX"):  # inside GNU screen: wrapped, in pieces
        pieces = [sequence[start : start + _CHUNK] for start in range(0, len(sequence), _CHUNK)]
        sequence = "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    write(sequence)
    return "sent to the terminal's clipboard"


def _to_tmux(data: bytes) -> str:
    """tmux drops what an application sends to the clipboard unless it is asked itself."""
    for arguments, done in (
        (("-w", "-"), "copied to tmux and sent to the terminal's clipboard"),
        (("-",), "copied to tmux's buffer"),  # before tmux 3.2
    ):
        try:
            subprocess.run(
                ["tmux", "load-buffer", *arguments],
                input=data,
                timeout=_TMUX_SECONDS,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except subprocess.CalledProcessError:
            continue
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done
    return ""


def _to_file(data: bytes) -> Path | None:
    """Write the copy where only its owner can read it."""
    folder = runtime_folder()
    try:
        path = (folder or private_folder(state_folder())) / "segtui-copy.txt"
        path.unlink(missing_ok=True)  # never write through a link somebody else left there
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError:
        return None
    return path
