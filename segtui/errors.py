"""What can go wrong, said as what happened, where, and what to do about it."""

from __future__ import annotations


class SegtuiError(Exception):
    """A problem that the analyst can act on.

    what: one sentence, plain words, no trailing full stop needed.
    where: the file, column, row or setting concerned; empty when there is none.
    hint: what to try next; empty only where nothing can be done.

    The texts may quote strings from files. They are *not* cleaned here: whoever shows them passes them
    through the cleaning door (`tui.format.clean`, or `cli`'s printing).
    """

    exit_status = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.hint}" if self.hint else text


class UsageError(SegtuiError):
    """The command line or a setting asks for something that does not exist (exit status 2)."""

    exit_status = 2


class SourceError(SegtuiError):
    """A file cannot be read as data."""


class RecipeError(SegtuiError):
    """A recipe does not fit the data, or cannot be read."""


class AnalysisError(SegtuiError):
    """The data cannot carry the analysis that was asked for."""


class DeliveryError(SegtuiError):
    """A result could not be written; nothing half written is left behind."""


class Stopped(Exception):
    """The analyst stopped the work; raised inside long work to unwind it, never shown."""
