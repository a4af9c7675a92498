"""How fast the real app is at a million customers: key press to paint, stop, memory, bytes, first paint.

Run it with `python -m tests.bench.bench_app`. It starts the app in a pseudo-terminal at 80x24 on a generated table
(tests/bench/generate.py: 1,000,000 x 8, skewed, overlapping groups, seed 0), presses keys, and notes when the bytes
that complete the new screen arrive. A screen counts as painted when the run line shows the new k (or the new number
of features) with an answer of its own, approximate or exact; every customer is assigned by then.

Every measured press asks for an answer that has never been computed: a new seed is set before each.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import generate
from tests.bench.pty_app import PtyApp, python

KS = (3, 5, 8, 12)
WAITING = "…"


def settled(lines: list[str]) -> bool:
    """Whether the answer on screen is that of the current recipe, at either speed."""
    return bool(re.search(r"(exact|~ approximate)", lines[1])) and "waiting" not in lines[1]


def run_number(lines: list[str]) -> int:
    """Which run of the history is on screen."""
    found = re.search(r"run (\d+)", lines[1])
    return int(found[1]) if found else 0


def shows(k: int, features: int | None = None, after: int = -1) -> Callable[[list[str]], bool]:
    """A screen with an answer of its own for k segments, of a run later than `after`."""

    def condition(lines: list[str]) -> bool:
        right_k = re.search(rf"\bk {k}\b", lines[1]) is not None
        right_features = features is None or f"features {features}/" in lines[0]
        return right_k and right_features and settled(lines) and run_number(lines) > after

    return condition


def with_seed(seed: int, lines: list[str]) -> bool:
    """Whether a seed is the one in use: the header names it where there is room, and what undo would take back does."""
    return any(f"seed {seed}" in line for line in (lines[0], *lines[-2:]))


def exact(lines: list[str]) -> bool:
    """Whether the converged answer is on screen."""
    return "exact" in lines[1]


def command(app: PtyApp, text: str) -> None:
    """Type a command on the command line."""
    app.send(":")
    app.when(lambda lines: any("weight monetary 2" in line for line in lines[-3:]))
    app.send(text)
    app.when(lambda lines: any(text in line for line in lines))
    app.send("\r")
    app.when(lambda lines: "? keys" in lines[-1])


class Desk:
    """The app on a million customers."""

    def __init__(self, path: Path) -> None:
        self.app = PtyApp([python(), "-m", "segtui", str(path)])
        self.seed = 0
        self.app.when(exact, 60)
        self.app.quiet()

    def fresh(self, k: int, exact_too: bool = True) -> None:
        """A recipe never seen before, with k segments, painted."""
        self.seed += 1
        command(self.app, f"k {k}")
        self.app.when(shows(k), 60)
        command(self.app, f"seed {self.seed}")
        self.app.when(lambda lines: with_seed(self.seed, lines) and shows(k)(lines), 60)
        if exact_too:
            self.app.when(lambda lines: with_seed(self.seed, lines) and exact(lines), 60)
        self.app.quiet(0.25)

    def press(self, keys: str, condition: Callable[[list[str]], bool]) -> float:
        """Milliseconds from a key to the screen that meets the condition."""
        moment = self.app.send(keys)
        return (self.app.when(condition) - moment) * 1000


def spread(values: list[float]) -> str:
    """Median and 95th percentile."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"{statistics.median(values):6.0f} {p95:6.0f}"


def k_steps(desk: Desk, k: int, count: int) -> list[float]:
    """`+` to k, each from a fresh recipe at k - 1, nothing else running."""
    found = []
    for _ in range(count):
        desk.fresh(k - 1)
        found.append(desk.press("+", shows(k)))
        desk.app.quiet(0.25)
    return found


def k_steps_while_refining(desk: Desk, k: int, count: int) -> list[float]:
    """The same right after the approximate answer, while its refinement runs."""
    found = []
    for _ in range(count):
        desk.fresh(k - 1, exact_too=False)
        desk.press("+", shows(k))
        desk.press("-", shows(k - 1))
        command(desk.app, f"seed {desk.seed + 1000}")
        desk.app.when(lambda lines: with_seed(desk.seed + 1000, lines) and shows(k - 1)(lines))
        found.append(desk.press("+", shows(k)))
        desk.app.quiet(0.25)
    return found


def k_steps_while_sweeping(desk: Desk, k: int, count: int) -> list[float]:
    """The same while a sweep over k = 2..12 runs."""
    found = []
    for _ in range(count):
        desk.fresh(k - 1)
        desk.app.send("K")
        time.sleep(0.2)
        found.append(desk.press("+", shows(k)))
        desk.app.quiet(0.6)
    return found


def toggles(desk: Desk, k: int, count: int) -> list[float]:
    """A feature switched off in the Features pane, from a fresh recipe."""
    found = []
    for _ in range(count):
        desk.fresh(k)
        before = int(re.search(r"features (\d+)/", desk.app.lines[0])[1])
        desk.app.send("2")
        desk.app.when(lambda lines: "vote" in lines[5])
        desk.app.quiet(0.25)
        desk.app.send("gjj")  # the second feature: the id stands above the first
        desk.app.when(lambda lines: lines[8].startswith(">"))
        desk.app.quiet(0.25)
        found.append(desk.press(" ", shows(k, before - 1, after=run_number(desk.app.lines))))
        desk.app.quiet(0.25)
        desk.app.send("u")
        desk.app.quiet(0.25)
        desk.app.send("4")
        desk.app.when(lambda lines: "Seg Name" in lines[4])
        desk.app.quiet(0.25)
    return found


def stops(desk: Desk, count: int) -> list[float]:
    """ctrl+c while the exact refinement runs, to the message that it stopped."""
    found = []
    for _ in range(count):
        desk.fresh(11, exact_too=False)
        desk.press("+", shows(12))
        found.append(desk.press("\x03", lambda lines: any("stopped" in line for line in lines[-3:])))
        time.sleep(2.1)  # twice within two seconds would leave the app
    return found


def first_paint(count: int) -> tuple[list[float], list[float]]:
    """Milliseconds from start to the first screen: the app, and a bare three-widget Textual app, in turn."""
    ours, bare = [], []
    for _ in range(count):
        for command_line, word, found in (
            ([python(), "-m", "segtui"], "segtui", ours),
            ([python(), "-m", "tests.bench.bare_app"], "bare ready", bare),
        ):
            app = PtyApp(command_line)
            found.append((app.when(lambda lines, word=word: any(word in line for line in lines)) - app.started) * 1000)
            app.close()
    return ours, bare


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--count", type=int, default=15)
    parser.add_argument("--k", type=int, nargs="*", default=list(KS))
    chosen = parser.parse_args()
    ours, bare = first_paint(5)
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    print(
        f"first paint: {statistics.median(ours):.0f} ms, bare Textual app {statistics.median(bare):.0f} ms, "
        f"ratio {ratio:.2f} (at most 1.6)"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.parquet"
        generate.write(path, chosen.customers)
        desk = Desk(path)
        print(
            f"resident with {chosen.customers:,} x 8 open and clustered: {desk.app.resident() / 1e6:.0f} MB (at most 800)"
        )
        desk.app.quiet(3)  # what idle time is used for has come to an end
        before = desk.app.written
        time.sleep(3)
        print(f"bytes written in 3 idle seconds: {desk.app.written - before} (0)")
        print("milliseconds, median and 95th percentile of", chosen.count)
        print(
            f"{'k':>3} {'+':>13} {'+ while refining':>17} {'+ while sweeping':>17} {'feature off':>13} {'bytes a step':>13}"
        )
        for k in chosen.k:
            steps = k_steps(desk, k, chosen.count)
            desk.fresh(k - 1)
            before = desk.app.written
            desk.press("+", shows(k))
            desk.app.when(exact)
            desk.app.quiet()
            step_bytes = desk.app.written - before
            refining = k_steps_while_refining(desk, k, max(5, chosen.count // 2))
            sweeping = k_steps_while_sweeping(desk, k, max(5, chosen.count // 2))
            off = toggles(desk, k, chosen.count)
            print(
                f"{k:>3} {spread(steps)} {spread(refining):>17} {spread(sweeping):>17} {spread(off)} {step_bytes:>13,}"
            )
        print(f"ctrl+c to stopped: {spread(stops(desk, chosen.count))} (at most 100)")
        print(f"resident at the end: {desk.app.resident() / 1e6:.0f} MB")
        desk.app.close()


if __name__ == "__main__":
    main()
