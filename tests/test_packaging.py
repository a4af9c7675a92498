"""The wheel, built and installed in a clean environment and started there; and the pins and commands of the set-up."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from site import getsitepackages

import pexpect
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"


def run(*command: str | Path, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """A command without a terminal, its output as text."""
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **extra}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, text=True, capture_output=True, stdin=subprocess.DEVNULL
    )


def must(result: subprocess.CompletedProcess[str]) -> str:
    """What a command that has to succeed wrote to standard output."""
    assert result.returncode == 0, f"{result.args}\n{result.stdout}\n{result.stderr}"
    return result.stdout


# -- the wheel -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build backend in a folder of its own; where it cannot be had, nothing can be built and the tests skip."""
    folder = tmp_path_factory.mktemp("backend")
    result = run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--target", folder),
        *PROJECT["build-system"]["requires"],
        cwd=folder,
    )
    if result.returncode:
        pytest.skip(f"the build backend cannot be installed here: {result.stderr.strip().splitlines()[-1:]}")
    return folder


def build(source: Path, folder: Path, backend: Path) -> Path:
    """The wheel that pip makes of a source tree or an archive of one."""
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    must(run(*pip, source, cwd=folder, PYTHONPATH=str(backend)))
    (wheel,) = folder.glob("segtui-*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, backend: Path) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), backend)


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources(folder: str) -> set[str]:
    """The files of a folder of the source tree, as they should be named in the wheel."""
    files = [file.relative_to(ROOT) for file in (ROOT / folder).rglob("*") if file.is_file()]
    return {str(file) for file in files if "__pycache__" not in file.parts and not file.name.startswith(".")}


def test_the_wheel_holds_everything_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in contents(wheel) if ".dist-info/" not in name}
    expected = sources("segtui") | {f"segtui/{name}" for name in sources("themes") | sources("examples")}
    assert {name for name in inside if not Path(name).name.startswith(".")} == expected
    assert "segtui/examples/customers.csv" in inside
    assert "segtui/examples/recipes/five-kinds.toml" in inside
    assert "segtui/py.typed" in inside
    assert any(re.fullmatch(r"segtui/themes/[\w-]+\.toml", name) for name in inside)
    assert wheel.stat().st_size < 3_000_000


def test_the_source_archive_makes_the_same_wheel(wheel: Path, backend: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path)
    must(run(*command, cwd=ROOT, PYTHONPATH=str(backend)))
    (archive,) = tmp_path.glob("segtui-*.tar.gz")
    again = tmp_path / "again"
    again.mkdir()
    assert contents(build(archive, again, backend)) == contents(wheel)


# -- installed -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Installed:
    """A clean environment with the wheel in it, and an empty folder far from the source tree to work in."""

    bin: Path
    folder: Path

    def segtui(self, *arguments: str | Path) -> str:
        return must(run(self.bin / "segtui", *arguments, cwd=self.folder))

    def python(self, code: str) -> str:
        return must(run(self.bin / "python", "-c", code, cwd=self.folder)).strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Installed:
    """The dependencies come from the environment of the tests, by path; segtui itself only from the wheel.

    (An editable segtui there stays out of sight: a folder named in a .pth file has its own .pth files ignored.)
    """
    home = tmp_path_factory.mktemp("clean")
    venv = home / "venv"
    must(run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=home))
    pip = (sys.executable, "-m", "pip", "--python", venv / "bin" / "python")
    must(run(*pip, "install", "--quiet", "--no-deps", wheel, cwd=home))
    site = run(venv / "bin" / "python", "-c", "import site; print(site.getsitepackages()[0])", cwd=home).stdout.strip()
    Path(site, "dependencies.pth").write_text("\n".join(getsitepackages()) + "\n", encoding="utf-8")
    folder = home / "far away"
    folder.mkdir()
    return Installed(venv / "bin", folder)


@pytest.fixture(scope="module")
def customers(installed: Installed) -> Path:
    """The example customers as the installed package finds them."""
    return Path(installed.python("from segtui import demo; print(*demo.example_paths())"))


def test_code_and_examples_come_from_the_wheel(installed: Installed, customers: Path) -> None:
    package = Path(installed.python("import segtui; print(segtui.__file__)")).parent
    assert installed.bin.parent in package.parents
    assert customers == package / "examples" / "customers.csv"


def test_themes_are_found_in_the_package(installed: Installed) -> None:
    code = """
import json
from segtui.tui import theme
themes, problems = theme.load(theme.shipped_folder())
print(json.dumps([str(theme.shipped_folder()), sorted(themes), problems]))
"""
    folder, names, problems = json.loads(installed.python(code))
    assert installed.bin.parent in Path(folder).parents
    assert len(names) >= 5
    assert problems == []


def test_version(installed: Installed) -> None:
    version = installed.python("import segtui; print(segtui.__version__)")
    assert version in installed.segtui("--version")


def test_describe(installed: Installed, customers: Path) -> None:
    document = json.loads(installed.segtui("describe", customers, "--json"))
    (source,) = document["sources"]
    assert source["kind"] == "customers"
    assert source["rows"] == 3_000
    flags = {column["name"]: column["flags"] for column in source["columns"]}
    assert flags["currency"]
    assert flags["customer_id"]


def test_run(installed: Installed, customers: Path) -> None:
    arguments = ("run", customers, "--recipe", customers.parent / "recipes" / "five-kinds.toml")
    document = json.loads(installed.segtui(*arguments, "--json", "--out", "labelled.csv"))
    assert document["customers"] == 3_000
    assert [one["segment"] for one in document["segments"]] == list("ABCDE")
    assert document["segments"][0]["name"] == "Regulars"
    labelled = (installed.folder / "labelled.csv").read_text(encoding="utf-8").splitlines()
    before = customers.read_text(encoding="utf-8").splitlines()
    assert len(labelled) == len(before)
    assert all(new.startswith(old) for new, old in zip(labelled, before, strict=True))


def test_the_app_opens_the_demo_and_quits(installed: Installed) -> None:
    env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLUMNS": "80", "LINES": "24"}
    app = pexpect.spawn(
        str(installed.bin / "segtui"), ["demo"], cwd=str(installed.folder), env=env, dimensions=(24, 80), timeout=60
    )
    try:
        app.expect(b"3,000")
        app.expect(b"exact")
        app.send(b"q")
        app.expect(pexpect.EOF)
        app.close()
    finally:
        app.close(force=True)
    assert (app.exitstatus, app.signalstatus) == (0, None)


# -- pins and commands -----------------------------------------------------------------------------------


def pins() -> dict[str, str]:
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def needed(requirement: str, seen: set[tuple[str, frozenset[str]]]) -> None:
    """Everything that a requirement brings along in this environment, as (name, extras)."""
    parsed = Requirement(requirement)
    key = (canonicalize_name(parsed.name), frozenset(parsed.extras))
    if key in seen:
        return
    seen.add(key)
    try:
        further = distribution(parsed.name).requires or []
    except PackageNotFoundError:
        return
    for text in further:
        marker = Requirement(text).marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in (*parsed.extras, "")):
            needed(text, seen)


def test_constraints_pin_every_dependency() -> None:
    seen: set[tuple[str, frozenset[str]]] = set()
    needed("segtui[excel,test,lint]", seen)
    assert {name for name, _ in seen} - {"segtui"} <= pins().keys()


def test_pins_are_versions_that_the_project_allows() -> None:
    optional = PROJECT["project"]["optional-dependencies"].values()
    for text in (*PROJECT["project"]["dependencies"], *(one for group in optional for one in group)):
        wanted = Requirement(text)
        if wanted.name != "segtui":
            assert wanted.specifier.contains(Version(pins()[canonicalize_name(wanted.name)])), text


def test_readme_sets_up_with_two_commands() -> None:
    """Each in a block of its own, in one line, with nothing but python3 and its pip."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    start, test = (re.search(rf"<!-- {name} command -->\n```sh\n(.*)\n```\n", text) for name in ("start", "test"))
    assert start, "a block after <!-- start command -->"
    assert test, "a block after <!-- test command -->"
    for command, end in ((start[1], ".venv/bin/segtui demo"), (test[1], ".venv/bin/python -m pytest")):
        first, install, last = command.split(" && ")
        assert first == "python3 -m venv .venv"
        assert install.startswith(".venv/bin/pip install -c .ci/constraints.txt ")
        assert last == end


def test_ci_runs_on_any_machine() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert not re.search(r"https?://|index-url|find-links", script + CONSTRAINTS.read_text(encoding="utf-8"))
    bash = shutil.which("bash")
    assert bash is not None
    must(run(bash, "-n", ROOT / ".ci" / "run", cwd=ROOT))
