"""The smallest app on the launcher, and the same as a bare Textual app: the negative control of every terminal test.

python stub_app.py [bare] [hostile|crash|busy] ...
"""

from __future__ import annotations

import sys
from pathlib import Path

HOSTILE = (
    "\x1b]52;c;cm0gLXJmIH4=\x1b\\clip",
    "\x1bP+q544e\x1b\\dcs",
    "\x9b31mc1\x9d0;title\x9c",
    "turn\u202eed\u2066round",
    "bell\x07tab\tnew\nline\rback\x08",
    "[/bold] [red]markup[/red] [@click=app.bell]x[/]",
    "\ufeffmark",
)
"""Names and cells that try to drive the terminal."""


def screen_of(base: type) -> type:
    """The app on `base`: shows its size and the keys pressed, holds a few cells, keeps the number of keys."""
    from rich.text import Text
    from textual.widgets import Static

    class Stub(base):  # type: ignore[misc]
        pressed = 0

        def compose(self):  # type: ignore[no-untyped-def]
            yield Static("", id="size", markup=False)
            yield Static("", id="keys", markup=False)
            if "hostile" in sys.argv:
                for cell in HOSTILE:
                    yield Static(Text(cell))

        def on_resize(self, event) -> None:  # type: ignore[no-untyped-def]
            self.query_one("#size", Static).update(f"size {event.size.width}x{event.size.height} ready")

        def on_key(self, event) -> None:  # type: ignore[no-untyped-def]
            if event.key == "q":
                self.exit()
                return
            self.pressed += 1
            self.query_one("#keys", Static).update(f"keys {self.pressed} last {event.key}")
            if event.key == "e":
                import os

                os.write(2, b"native noise on stderr\n")

        def autosave(self) -> None:
            from segtui.paths import private_folder, state_folder

            (private_folder(state_folder()) / "stub.txt").write_text(str(self.pressed))

    return Stub


def bare() -> int:
    """Plain Textual, as its tutorial has it."""
    from textual.app import App

    class Crashing(App[None]):
        def on_key(self, event) -> None:  # type: ignore[no-untyped-def]
            if event.key == "f12":
                customer = "crash-test-customer@example.invalid"
                raise ValueError(f"could not convert string to float: {customer!r}")

    app = screen_of(Crashing)()
    app.run()
    return 0


def launched() -> int:
    """The same on the launcher. A file named on the command line is a source."""
    from segtui.recipe import GatherSpec, Recipe, SourceSpec
    from segtui.tui.terminal import Setup, launch

    paths = [word for word in sys.argv[1:] if word == "-" or Path(word).suffix]

    def make(setup: Setup):  # type: ignore[no-untyped-def]
        from segtui.tui.safety import SafeApp

        app = screen_of(SafeApp)(state=setup.state, ascii_only=setup.ascii_only, mono=setup.mono)
        for theme in setup.themes:
            app.register_theme(theme)
        app.theme = setup.theme
        if setup.recipe is not None and setup.recipe.gather.sources:
            data = Path(setup.recipe.gather.sources[0].path).read_bytes()
            app.call_later(lambda: app.query_one("#keys").update(f"source of {len(data)} bytes"))
        return app

    recipe = Recipe(GatherSpec(tuple(SourceSpec(path) for path in paths)))
    return launch(recipe, ascii_only="ascii" in sys.argv, make_app=make)


if __name__ == "__main__":
    sys.exit(bare() if "bare" in sys.argv else launched())
