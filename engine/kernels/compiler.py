"""The one place that says how a kernel is compiled.

Numba's cache on disk follows changes of a kernel's own file, not of this one, nor of functions.py: after a change of
either, `make clean`.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from numba import njit

# nogil        learners' threads and the workers run side by side
# cache        compiled once for this processor, not once for each start of the program
# error_model  a division by zero gives inf or NaN, as NumPy does; it also lets divisions vectorise
# fastmath     "contract" alone: a·b + c is rounded once. It has no say in the order of a sum, so a number does not
#              depend on its place in a row or in a batch. "reassoc" would make it depend; the flags that assume away
#              NaN and infinity are lessons lost.
# Never parallel=True: two threads inside such kernels abort the process.
SETTINGS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


def kernel(function: Callable[..., Any]) -> Any:
    """Compiles a loop over arrays when it is first called, and keeps the result on disk where there is room for it."""
    try:
        compiled = njit(cache=True, **SETTINGS)(function)
    except RuntimeError:  # no folder may be written to: compile anew at each start
        return njit(**SETTINGS)(function)
    compiled._cache = Forgiving(compiled._cache)
    return compiled


class Forgiving:
    """Numba's cache; without it a kernel is only compiled anew. A damaged file is a miss, and a full disk no error."""

    def __init__(self, cache: Any) -> None:
        self.cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cache, name)

    def load_overload(self, *arguments: Any) -> Any:
        try:
            return self.cache.load_overload(*arguments)
        except Exception:  # of a damaged file pickle may raise anything
            return None

    def save_overload(self, *arguments: Any) -> None:
        try:
            self.cache.save_overload(*arguments)
        except Exception:  # saving begins with reading the index
            self._forget()

    def _forget(self) -> None:
        """Empties a damaged index, so that the next start finds what is saved after this."""
        with suppress(OSError):
            self.cache.flush()
