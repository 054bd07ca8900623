"""A function of many points, in as many workers as wanted."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed


def mapped(
    function: Callable[[Any], Any],
    items: Iterable[Any],
    n_jobs: int | None,
    prefer: str | None = None,
) -> Iterator[Any]:
    """The function of each item; with one worker each is computed when asked for."""
    if effective_n_jobs(n_jobs) == 1:
        return (function(item) for item in items)  # no exception ends it, unlike map
    work = Parallel(n_jobs=n_jobs, prefer=prefer)
    return iter(work(delayed(function)(item) for item in items))
