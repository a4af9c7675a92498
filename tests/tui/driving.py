"""Helpers to drive the app in tests: start it on the fake engine, wait for what is on screen, read the text grid."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from segtui.recipe import GatherSpec, Recipe, SourceSpec
from segtui.session.session import Session
from segtui.tui import theme
from segtui.tui.app import SegApp
from tests.tui.fake import FakeEngine

SNAPSHOTS = Path(__file__).parent / "snapshots"
REGENERATE = "SEGTUI_SNAPSHOTS"
"""Set to write the goldens instead of comparing with them."""
PATIENCE = 8.0

RECIPE = Recipe(gather=GatherSpec((SourceSpec("data/customers.csv"),)))
ORDERS = Recipe(
    gather=GatherSpec(tuple(SourceSpec(f"data/{name}") for name in ("orders.csv", "customers.csv", "products.parquet")))
)


def make_app(engine: FakeEngine, recipe: Recipe | None = RECIPE, **more: Any) -> SegApp:
    """The app on the fake engine, with the shipped themes."""
    data, _ = theme.load(theme.shipped_folder())
    themes, _ = theme.textual_themes(data)
    options: dict[str, Any] = {"theme": "dark", "themes": themes, **more}
    return SegApp(
        recipe, make_session=lambda listener, state: Session(listener, state=state, engine=lambda: engine), **options
    )


@asynccontextmanager
async def running(
    engine: FakeEngine, size: tuple[int, int] = (80, 24), **more: Any
) -> AsyncIterator[tuple[SegApp, Pilot[None]]]:
    """The app running without a terminal."""
    app = make_app(engine, **more)
    async with app.run_test(size=size) as pilot:
        yield app, pilot


def grid(app: SegApp) -> str:
    """What is on screen, as text."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips()) + "\n"


async def until(app: SegApp, pilot: Pilot[None], what: str | Callable[[], bool]) -> None:
    """Wait until a text is on screen, or something is true."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while loop.time() < end:
        await pilot.pause()
        if what in grid(app) if isinstance(what, str) else what():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"never seen: {what}\n{grid(app)}")


async def gone(app: SegApp, pilot: Pilot[None], text: str) -> None:
    """Wait until a text is no longer on screen."""
    await until(app, pilot, lambda: text not in grid(app))


def same_as_golden(app: SegApp, name: str) -> None:
    """Compare the screen with its golden, or write it."""
    text = re.sub(r"\d\d:\d\d:\d\d", "14:02:11", grid(app))
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get(REGENERATE):
        path.write_text(text, encoding="utf-8")
        return
    assert path.exists(), f"no golden {path.name}: run the tests once with {REGENERATE}=1 and look at it"
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs:\n{text}"
