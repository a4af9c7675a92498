"""The negative control: what a plain Textual app makes of the same situations the app must survive.

It shows a file in a DataTable and reacts to the same keys, written the way Textual's tutorial teaches it. With
BARE_BUSY set it also computes in a thread worker and says so with Textual's loading indicator.
"""

from __future__ import annotations

import csv
import os
import sys
import time

from textual.app import App
from textual.widgets import DataTable, Header, Static

BUSY = bool(os.environ.get("BARE_BUSY"))


class Bare(App[None]):
    """A table, a title, k that follows + and -, and a calculation in a thread."""

    CSS = "DataTable { height: 1fr; }"
    k = 4

    def compose(self):
        yield Header()
        yield Static("", id="k")
        yield DataTable()

    def on_mount(self) -> None:
        path = next(word for word in sys.argv[1:] if not word.startswith("--"))
        self.title = path
        with open(0 if path == "-" else path, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[:50]
        table = self.query_one(DataTable)
        table.add_columns(*rows[0])
        table.add_rows(rows[1:])
        self.show()

    def show(self) -> None:
        self.query_one("#k", Static).update(f"k {self.k}  " + "component 1 " * (self.k > 4))

    def on_key(self, event) -> None:
        if event.key in ("plus", "minus"):
            self.k += 1 if event.key == "plus" else -1
            if BUSY:
                self.query_one(DataTable).loading = True
                self.run_worker(lambda: time.sleep(5), thread=True, exclusive=True)
            self.show()
        elif event.key == "q":
            self.exit()
        elif event.key == "f12":
            customer = "crash-test-customer@example.invalid"
            raise ValueError(f"could not convert string to float: {customer!r}")


if __name__ == "__main__":
    Bare().run()
