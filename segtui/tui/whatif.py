"""What-if commands: each makes another recipe and hands it to the session. They work from every pane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from segtui.recipe import K_MAX, K_MIN, SCALES, Recipe
from segtui.tui import format as fmt

if TYPE_CHECKING:
    from segtui.tui.app import SegApp

SWEEP = (2, 12)
"""The values of k that a sweep covers until another range was asked for."""
MOST_RESTARTS, MOST_ITERATIONS, HIGHEST_SEED = 1000, 100_000, 2**32 - 1


class WhatIf:
    """The commands that change the recipe, whatever pane is in front."""

    def __init__(self, app: SegApp) -> None:
        self.app = app
        self._range = SWEEP

    def _recipe(self) -> Recipe:
        assert self.app.session is not None
        return self.app.session.recipe

    def _set_k(self, k: int) -> None:
        recipe = self._recipe()
        now = recipe.cluster.k
        wanted = recipe.with_k(k)
        if wanted.cluster.k == now:
            self.app.say(f"k is {k} already" if k == now else f"k lies between {K_MIN} and {K_MAX}")
            return
        arrow = self.app.charset.right if not self.app.ascii_only else "->"
        self.app.change(wanted, f"k {now}{arrow}{wanted.cluster.k}")

    def do_more_segments(self, _: str) -> None:
        self._set_k(self._recipe().cluster.k + 1)

    def do_fewer_segments(self, _: str) -> None:
        self._set_k(self._recipe().cluster.k - 1)

    def _number(self, argument: str, title: str, now: int, low: int, high: int, then: Callable[[int], None]) -> None:
        """Take a whole number from the argument, or ask for it."""

        def check(text: str) -> str:
            text = text.strip()
            if not text.isascii() or not text.isdigit():
                return f"{fmt.clean(text, 20)} is not a whole number" if text else "a whole number is needed"
            return "" if low <= int(text) <= high else f"from {low} to {high:,}"

        if not argument:
            self.app.prompt(f"{title} ({low} to {high:,})", str(now), check, lambda text: then(int(text)))
        elif problem := check(argument):
            self.app.say(f"{title}: {problem}", "error")
        else:
            then(int(argument))

    def do_set_k(self, argument: str) -> None:
        self._number(argument, "Number of segments", self._recipe().cluster.k, K_MIN, K_MAX, self._set_k)

    def do_run_sweep(self, argument: str) -> None:
        assert self.app.session is not None
        if argument:
            if problem := check_range(argument):
                self.app.say(problem, "error")
                return
            first, _, second = argument.replace(" ", "").partition("-")
            self._range = int(first), int(second)
        low, high = self._range
        self.app.session.sweep(low, high)
        self.app.say(f"computing the criteria for k {low} to {high} in the background; 3 shows them")

    def do_set_sweep_range(self, argument: str) -> None:
        if argument:
            self.do_run_sweep(argument)
            return
        low, high = self._range
        title = f"Range of k for the criteria, within {K_MIN} to {K_MAX}"
        self.app.prompt(title, f"{low}-{high}", check_range, self.do_run_sweep)

    def _set_cluster(self, name: str, value: int) -> None:
        recipe = self._recipe()
        if name == "seed":
            cluster = replace(recipe.cluster, seed=value)
        elif name == "restarts":
            cluster = replace(recipe.cluster, restarts=value)
        else:
            cluster = replace(recipe.cluster, max_iter=value)
        if cluster != recipe.cluster:
            self.app.change(replace(recipe, cluster=cluster), f"{name} {value}")

    def do_set_seed(self, argument: str) -> None:
        now = self._recipe().cluster.seed
        self._number(argument, "Seed", now, 0, HIGHEST_SEED, lambda value: self._set_cluster("seed", value))

    def do_set_restarts(self, argument: str) -> None:
        now = self._recipe().cluster.restarts
        title = "Restarts, 0 for as many as the size of the data asks"
        self._number(argument, title, now, 0, MOST_RESTARTS, lambda value: self._set_cluster("restarts", value))

    def do_set_max_iter(self, argument: str) -> None:
        now = self._recipe().cluster.max_iter
        self._number(argument, "Most iterations", now, 1, MOST_ITERATIONS, lambda v: self._set_cluster("max_iter", v))

    def do_cycle_scale(self, argument: str) -> None:
        recipe = self._recipe()
        wanted = argument.strip().lower() or SCALES[(SCALES.index(recipe.prepare.scale) + 1) % len(SCALES)]
        if wanted not in SCALES:
            self.app.say(f"no scale is called {fmt.clean(argument, 20)}; there are {', '.join(SCALES)}", "error")
        else:
            self.app.change(replace(recipe, prepare=replace(recipe.prepare, scale=wanted)), f"scale {wanted}")

    def do_undo(self, _: str) -> None:
        assert self.app.session is not None
        label = self.app.session.undo_label
        self._moved(self.app.session.undo(), f"undone: {label}", "there is nothing to undo")

    def do_redo(self, _: str) -> None:
        assert self.app.session is not None
        label = self.app.session.redo_label
        self._moved(self.app.session.redo(), f"redone: {label}", "there is nothing to redo")

    def _moved(self, moved: bool, text: str, nothing: str) -> None:
        self.app.traces.clear()
        self.app.status.quieten()
        self.app.say(text if moved else nothing, "done" if moved else "info")
        self.app.redraw()

    def do_set_baseline(self, _: str) -> None:
        assert self.app.session is not None
        if self.app.session.baseline():
            self.app.say("baseline set: these segments keep their letters from now on", "done")
        else:
            self.app.say("a baseline must be exact: wait until the run line says so")


def check_range(text: str) -> str:
    """What is wrong with a range of k."""
    first, _, second = text.replace(" ", "").partition("-")
    digits = (first + second).isascii() and first.isdigit() and second.isdigit()
    if digits and K_MIN <= int(first) <= int(second) <= K_MAX:
        return ""
    return f"a range of k looks like 2-12, within {K_MIN} to {K_MAX}"
