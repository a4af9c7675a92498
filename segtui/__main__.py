"""`python -m segtui`: the same as the command `segtui`."""

from __future__ import annotations

from segtui.cli import main_and_exit

if __name__ == "__main__":
    main_and_exit()
