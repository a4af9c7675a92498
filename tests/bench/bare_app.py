"""The peer for first paint: the least a Textual app with three widgets can be."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class BareApp(App[None]):
    """Three widgets and one key."""

    BINDINGS: ClassVar = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Header()
        yield Static("bare ready")
        yield Footer()


if __name__ == "__main__":
    BareApp().run()
