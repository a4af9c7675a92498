"""What every test gets: a home of its own, the example files, and the public data where it is present."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from segtui import demo, native

native.prepare(os.environ)  # as the program does: four workers with two threads each would fight for two cores

ROOT = Path(__file__).resolve().parent.parent

# The same examples in every run: what lands must not hang on the draw of the day. SEGTUI_FUZZ=1 draws others.
# No deadline either: how long an example takes says how busy the machine is.
settings.register_profile("same", derandomize=not os.environ.get("SEGTUI_FUZZ"), deadline=None)
settings.load_profile("same")

# Nor on which modules a worker happens to have loaded: Hypothesis tries constants that it finds in their source.
if not os.environ.get("SEGTUI_FUZZ") and hasattr(providers, "_get_local_constants"):
    providers._get_local_constants = lambda: providers._local_constants


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the settings, saved sessions or recent files of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return home


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the example files."""
    return demo.example_folder()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data that is not part of the project; without it the test is skipped, and says so.

    It lies beside the project (shared/data), or where SEGTUI_TEST_DATA says.
    """
    folder = Path(os.environ.get("SEGTUI_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("public test data is not here (shared/data beside the project, or SEGTUI_TEST_DATA)")
    return folder
