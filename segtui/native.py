"""What numpy and the libraries under it read from the environment, settled before they are imported."""

from __future__ import annotations

from collections.abc import MutableMapping

SETTINGS = {
    # One thread: our passes are bound by memory, and more threads would fight the event loop for two cores.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # numpy asks for huge pages for every large array. On virtual machines a fresh 32 MB array then took 70 to 80 ms
    # instead of 13: most of what a key press may take.
    "NUMPY_MADVISE_HUGEPAGE": "0",
}


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set what the analyst has not set. Has no effect once numpy is loaded."""
    for name, value in SETTINGS.items():
        environ.setdefault(name, value)
