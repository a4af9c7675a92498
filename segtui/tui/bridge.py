"""Between the event loop and everything that takes time: the session's thread, and short errands on daemon threads.

The session calls its listener on its worker thread; here that becomes a message, nothing more. Textual's thread
workers are not used: quitting waits for them, and cancelling does not stop them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from segtui.tui.messages import ErrandDone, SessionMissing, SessionReady, SessionSpoke

if TYPE_CHECKING:
    from textual.message import Message

    from segtui.basket_views import ShuffledView
    from segtui.evidence import Assessment, Sweep
    from segtui.explained import Toggle
    from segtui.recipe import BasketSpec, DeliverySpec, FeatureSpec, GatherSpec, LabelledSpec, Recipe
    from segtui.results import Answer, Dataset, Inspection, Preview, Scores
    from segtui.session.autosave import Saved
    from segtui.session.events import Event
    from segtui.session.questions import OfDecisions, Question

T = TypeVar("T")

ERRANDS = "segtui-errand"
"""The name of the threads of errands; tests wait for them."""

Listener = Callable[["Event"], None]


class RunLike(Protocol):
    """One line of the history, as the screens read it."""

    @property
    def number(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def recipe(self) -> Recipe: ...
    @property
    def scores(self) -> Scores | None: ...
    @property
    def approximate(self) -> bool: ...
    @property
    def smallest(self) -> int: ...
    @property
    def current(self) -> bool: ...
    @property
    def comparable(self) -> bool: ...


class SessionLike(Protocol):
    """The session, as the screens use it; tests put a fake in its place."""

    @property
    def recipe(self) -> Recipe: ...
    @property
    def dataset(self) -> Dataset | None: ...
    @property
    def inspection(self) -> Inspection | None: ...
    @property
    def opened_gather(self) -> GatherSpec | None: ...
    @property
    def reopens(self) -> bool: ...
    @property
    def preview(self) -> Preview | None: ...
    @property
    def features(self) -> tuple[FeatureSpec, ...]: ...
    @property
    def shown(self) -> Answer | None: ...
    @property
    def stale(self) -> bool: ...
    @property
    def busy(self) -> str | None: ...
    @property
    def background(self) -> str | None: ...
    @property
    def runs(self) -> Sequence[RunLike]: ...
    @property
    def undo_label(self) -> str | None: ...
    @property
    def redo_label(self) -> str | None: ...
    @property
    def swept(self) -> Sweep: ...
    @property
    def assessment(self) -> Assessment | None: ...
    @property
    def toggles(self) -> Mapping[str, Toggle]: ...
    def start(self) -> None: ...
    def open(self, recipe: Recipe) -> None: ...
    def resume(self, saved: Saved) -> None: ...
    def change(self, recipe: Recipe, label: str) -> None: ...
    def undo(self) -> bool: ...
    def redo(self) -> bool: ...
    def go(self, number: int) -> bool: ...
    def baseline(self) -> bool: ...
    def stop(self) -> str | None: ...
    def sweep(self, lowest: int = 2, highest: int = 12) -> None: ...
    def ask(self, question: Question) -> None: ...
    def ask_aside(self, question: Question) -> None: ...
    def found(self, question: Question) -> object | None: ...
    def shuffle(self, spec: BasketSpec) -> None: ...
    def stop_shuffling(self) -> bool: ...
    @property
    def shuffling(self) -> bool: ...
    @property
    def mining(self) -> bool: ...
    def deciding(self, question: OfDecisions) -> bool: ...
    def shuffled(self, spec: BasketSpec) -> ShuffledView | None: ...
    def export(self, spec: LabelledSpec) -> None: ...
    def standing(self, spec: DeliverySpec) -> bool: ...
    def deliver(self, spec: DeliverySpec) -> None: ...
    def export_table(self, question: Question, path: str, *, overwrite: bool = False) -> None: ...
    def save(self) -> Path | None: ...
    def close(self) -> None: ...


MakeSession = Callable[[Listener, "Path | None"], SessionLike]


class Poster(Protocol):
    """Anything messages can be posted to from any thread."""

    def post_message(self, message: Message) -> bool: ...


def listener_for(app: Poster) -> Listener:
    """What the session calls on its thread: the event becomes a message and the thread goes on at once."""

    def listen(event: Event) -> None:
        app.post_message(SessionSpoke(event))

    return listen


def make_real_session(listener: Listener, state: Path | None) -> SessionLike:
    """The real session; imported here, after first paint and off the event loop."""
    from segtui.session.session import Session

    return Session(listener, state=state)


def start_session(app: Poster, make: MakeSession, state: Path | None) -> None:
    """Make the session on a thread, because importing what it stands on takes a fraction of a second."""

    def begin() -> None:
        try:
            session = make(listener_for(app), state)
        except Exception as error:
            app.post_message(SessionMissing(f"{type(error).__name__}: {error}"))
            raise
        app.post_message(SessionReady(session))

    threading.Thread(target=begin, name="segtui-start", daemon=True).start()


def errand(app: Poster, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
    """Do `work` on a daemon thread, then hand its result to `then` on the event loop."""

    def go() -> None:
        try:
            result = work()
        except Exception as error:
            caught = error
            app.post_message(ErrandDone(lambda: failed(caught)))
        else:
            app.post_message(ErrandDone(lambda: then(result)))

    threading.Thread(target=go, name=ERRANDS, daemon=True).start()
