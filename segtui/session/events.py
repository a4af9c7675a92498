"""What the session tells its listener, from the worker thread; the screen turns each into a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from segtui.errors import SegtuiError
    from segtui.evidence import Assessment, Sweep
    from segtui.explained import Toggle
    from segtui.progress import Progress
    from segtui.recipe import BasketSpec
    from segtui.results import Answer, Dataset, Inspection, Preview, TraceStep
    from segtui.session.questions import Question


OPENING, REOPENING = "opening", "reading again"
FITTING, REFINING, SETTLING = "fitting", "refining", "refining the first run"
SWEEPING, ASSESSING, TRYING = "sweeping", "assessing", "trying features"
LOOKING_UP, EXPORTING, DELIVERING = "looking up", "exporting", "delivering"
MINING, SHUFFLING = "mining rules", "shuffling baskets"
DECIDING, RECOMMENDING = "deciding", "judging recommendations"
"""What jobs are called, on screen and in events."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """The first rows of a source are known; the rest is being read."""

    preview: Preview


@dataclass(frozen=True, slots=True)
class Opened:
    """The sources are read and inspected.

    again: they were open already, and the recipe now gathers them otherwise. gone: features of the recipe that the new
    data lacks; they are passed over.
    """

    dataset: Dataset
    inspection: Inspection
    again: bool = False
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progressed:
    """A job goes on. At most ten of these a second. trace: the newest k-means iteration, where there is one."""

    job: str
    progress: Progress
    trace: TraceStep | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The current recipe has a new answer (approximate, or exact after it)."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Found:
    """A question is answered: ask `Session.found(question)` for the result."""

    question: Question


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep knows more than before, or is finished."""

    sweep: Sweep
    finished: bool


@dataclass(frozen=True, slots=True)
class Assessed:
    """More is known of the answer on screen: how stable its segments are, and whether there is structure."""

    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Tried:
    """It is known what switching one feature would likely do to the answer on screen."""

    toggle: Toggle


@dataclass(frozen=True, slots=True)
class Shuffled:
    """More is known of how rules stand against shuffled baskets: ask `Session.shuffled(spec)`."""

    spec: BasketSpec


@dataclass(frozen=True, slots=True)
class Exported:
    """Files are written, whole."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FolderWritten:
    """A delivery is written, whole. files: (name within the folder, bytes); missing: (part, why it is not there)."""

    folder: Path
    files: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)


@dataclass(frozen=True, slots=True)
class Failed:
    """A job ended with a message for the analyst. job: one of the names below."""

    job: str
    error: SegtuiError


@dataclass(frozen=True, slots=True)
class StoppedByAnalyst:
    """A job was stopped on request; what stood before still stands."""

    job: str


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is being computed any more."""


Event = (
    Previewed
    | Opened
    | Progressed
    | Answered
    | Found
    | Swept
    | Assessed
    | Tried
    | Shuffled
    | Exported
    | FolderWritten
    | Failed
    | StoppedByAnalyst
    | Idle
)
