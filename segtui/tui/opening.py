"""Opening: from what was chosen to the session, whatever screen is shown meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from segtui.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from segtui.recipe import Recipe
    from segtui.tui.app import SegApp
    from segtui.tui.bridge import SessionLike
    from segtui.tui.screens.open import Wish


class Opening:
    """Opens files and saved sessions. under_way: something is being opened."""

    def __init__(self, app: SegApp) -> None:
        self.app = app
        self.under_way = False
        self._waiting: Callable[[], None] | None = None
        """What to do once the session is there."""

    def session_ready(self) -> None:
        """Do what had to wait for the session."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    def do_open(self, argument: str) -> None:
        if argument:
            self.app.errand(lambda: _typed(argument), lambda paths: self.open(_recipe_of(*cast("list[str]", paths))))
            return
        from segtui.tui.screens.open import OpenScreen

        self.app.show(OpenScreen(self.app, self.app.state, self.wished, first=False))

    def wished(self, wish: Wish) -> None:
        """Open what was chosen on the open screen."""
        if wish.demo:
            self.app.errand(_demo_paths, lambda paths: self.open(_recipe_of(*cast("tuple[str, ...]", paths))))
        elif wish.saved is not None:
            saved = wish.saved
            self._with_session(lambda session: session.resume(saved))
        else:
            self.open(_recipe_of(*wish.paths))

    def open(self, recipe: Recipe) -> None:
        self._with_session(lambda session: session.open(recipe))

    def _with_session(self, begin: Callable[[SessionLike], None]) -> None:
        """Begin to open something, as soon as there is a session."""
        self._main_to_front()
        if self.app.session is None:
            self._waiting = lambda: self._with_session(begin)
            return
        self._begin()
        begin(self.app.session)
        self.app.redraw()

    def _main_to_front(self) -> None:
        """Show the analysis. The open screen the app began with stays below it for good."""
        if isinstance(self.app.screen, MainScreen):
            return
        if any(isinstance(screen, MainScreen) for screen in self.app.screen_stack):
            while not isinstance(self.app.screen, MainScreen):
                self.app.pop_screen()
        else:
            self.app.push_screen(self.app.make_main())

    def _begin(self) -> None:
        self.under_way = True
        self.app.status.quieten()
        from segtui.progress import Progress

        self.app.status.job = Progress("opening")

    def again(self, problem: str) -> None:
        """Nothing could be opened: back to the open screen, with the reason."""
        from segtui.tui.screens.open import OpenScreen

        below: object = self.app.screen_stack[0]
        if isinstance(below, OpenScreen):
            below.fail(problem)
            while len(self.app.screen_stack) > 1:
                self.app.pop_screen()
        else:
            self.app.push_screen(OpenScreen(self.app, self.app.state, self.wished, first=True, problem=problem))


def _recipe_of(*paths: str) -> Recipe:
    """The plain recipe for these sources."""
    from segtui.recipe import GatherSpec, Recipe, SourceSpec

    return Recipe(gather=GatherSpec(tuple(SourceSpec(path) for path in paths)))


def _typed(text: str) -> tuple[str, ...]:
    """The paths that a typed line names."""
    from segtui.tui.screens.files import paths_in

    return paths_in(text)


def _demo_paths() -> tuple[str, ...]:
    """The sources of the shipped example."""
    from segtui import demo

    return tuple(str(path) for path in demo.example_paths())
