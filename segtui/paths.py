"""Where segtui keeps its files (XDG folders). Nothing is created by asking; whoever writes calls `private_folder`."""

from __future__ import annotations

import os
from pathlib import Path

_APP = "segtui"


def _base(variable: str, default: str) -> Path:
    """An XDG base folder; the specification says that a relative value is to be ignored."""
    value = os.environ.get(variable, "")
    return Path(value) if os.path.isabs(value) else Path(os.path.expanduser("~")) / default


def config_folder() -> Path:
    """Settings, keys and themes that the analyst wrote."""
    return _base("XDG_CONFIG_HOME", ".config") / _APP


def state_folder() -> Path:
    """Saved sessions, recent files and the log."""
    return _base("XDG_STATE_HOME", ".local/state") / _APP


def cache_folder() -> Path:
    """Whatever can be made again."""
    return _base("XDG_CACHE_HOME", ".cache") / _APP


def runtime_folder() -> Path | None:
    """The login session's own folder, in memory and gone at log-out; None where the system has none."""
    value = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(value) if os.path.isabs(value) and os.access(value, os.W_OK) else None


def log_file() -> Path:
    """Technical notes without customer data."""
    return state_folder() / "segtui.log"


def private_folder(folder: Path) -> Path:
    """Make `folder` where it is missing, readable by its owner only. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
