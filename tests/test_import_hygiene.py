"""The floors stay apart, and starting up stays cheap: seen in a fresh interpreter, not in the source alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

HEAVY = ("textual", "rich", "plotext", "polars", "numpy", "sklearn", "scipy", "pandas", "pyarrow")
SCREEN = ("textual", "rich", "plotext")

LOWER_FLOORS = (
    "segtui.pipeline",
    "segtui.headless",
    "segtui.printing",
    "segtui.recipe_file",
    "segtui.demo",
    "segtui.deliver.labelled",
    "segtui.gather.dataset",
    "segtui.gather.describe",
    "segtui.gather.preview",
    "segtui.prepare.inspect",
    "segtui.prepare.matrix",
    "segtui.cluster.kmeans",
    "segtui.cluster.criteria",
    "segtui.explain.profile",
    "segtui.explain.projection",
    "segtui.explain.distribution",
    "segtui.session.session",
    "segtui.session.local",
)


def loaded_by(code: str, *unwanted: str) -> set[str]:
    """Which of the packages `unwanted` are loaded once a new interpreter has run `code`."""
    script = f"import sys\n{code}\nprint('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.rsplit("\n", 2)[-2].split()} & set(unwanted)


def running(*argv: str) -> str:
    return f"from segtui.cli import main\nassert main({list(argv)!r}) == 0"


@pytest.mark.parametrize(
    "code",
    [
        "import segtui.cli",
        running("--version"),
        running("--help"),
        running("run", "--help"),
        running("describe", "--help"),
        running("demo", "--help"),
        running("keys"),
        running("where"),
        "import segtui.recipe, segtui.results, segtui.errors, segtui.progress, segtui.recipe_file, segtui.clean_text",
        "import segtui.session.events, segtui.session.questions",
    ],
)
def test_starting_up_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code, *HEAVY) == set()


def test_this_test_can_fail() -> None:
    assert loaded_by("import numpy", *HEAVY) == {"numpy"}


def test_the_lower_floors_never_load_the_screen() -> None:
    assert loaded_by(f"import {', '.join(LOWER_FLOORS)}", *SCREEN) == set()


def test_the_contracts_between_floors_hold() -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which("lint-imports")
    if program is None:
        pytest.skip("import-linter is not installed (it is part of the lint extra)")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
