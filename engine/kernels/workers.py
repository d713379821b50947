"""One pool of threads for the whole process, and only for work that is worth a thread."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

WORKERS = os.cpu_count() or 1
WORTH_SPLITTING = 2_000_000  # operations, about a millisecond: below it, waking a thread costs more than it brings
POOL = ThreadPoolExecutor(WORKERS, thread_name_prefix="kernel")


def run(kernel: Callable[..., None], *arguments: Any, items: int, operations: int) -> None:
    """`kernel(*arguments, lo, hi)` over the items 0 … items − 1, in as many ranges as there are workers.

    An item is what a kernel writes alone (one output plane, one weight), so the answer is the same to the last bit
    whatever the number of workers.
    """
    shares = min(WORKERS, items) if operations >= WORTH_SPLITTING else 1
    if shares <= 1:
        kernel(*arguments, 0, items)
        return
    edges = [items * share // shares for share in range(shares + 1)]
    # list() waits for all, and raises here what was raised there
    list(POOL.map(lambda lo, hi: kernel(*arguments, lo, hi), edges[:-1], edges[1:]))
