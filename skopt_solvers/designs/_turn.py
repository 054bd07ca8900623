"""Columns laid out as rows, and the other way round; some rows of columns."""

import numpy as np

from .._compile import kernel, readonly

Array = np.ndarray
Lines = tuple[Array, Array, Array]  # data, indices and starts, as in CSR and CSC

PLACE = 2**17  # bytes that are written to at a time: what a cache close by holds
ENTRY = 12  # bytes
RUNS = 16  # entries for each time that a line is taken up again, on average


def turned(lines: Lines, which: Array, n: int) -> Lines:
    """Some columns of n rows laid out as rows, or rows as columns.

    The new indices are places in `which`, and increase along a row. Values are copied,
    and keep their type.

    Rows are filled in blocks of as many as a cache holds, which takes a quarter of the
    time where columns are few and long.
    """
    data, indices, starts = lines
    lengths = starts[1:][which] - starts[:-1][which]
    total = int(lengths.sum(dtype=np.int64))
    kind = np.uint64 if max(total, len(which), n) >= 2**32 - 1 else np.uint32
    heads, places = np.zeros(n + 1, kind), np.empty(total, kind)
    values = np.empty(total, data.dtype)
    most = total / (RUNS * max(len(which), 1))
    blocks = max(int(min(ENTRY * total / PLACE, most)), 1)
    each = max(-(-n // blocks), 1)
    turn(data, indices, starts, readonly(which), each, heads, places, values)
    return readonly(values), readonly(places), readonly(heads)


def some_rows(lines: Lines, rows: Array, n: int) -> Lines | None:
    """Columns of some of n rows; None if these do not increase."""
    data, indices, starts = lines
    if not (np.diff(rows) > 0).all():
        return None
    places = np.full(n, len(rows), np.int32)
    places[rows] = np.arange(len(rows), dtype=np.int32)
    kind, room = np.int32 if len(data) < 2**31 else np.int64, len(data) + 1
    heads, kept = np.empty(len(starts), kind), np.empty(room, kind)
    values = np.empty(room, data.dtype)
    new = heads, kept, values
    count = sift(data, indices, starts, readonly(places), len(rows), *new)
    return values[:count].copy(), kept[:count].copy(), heads


@kernel
def sift(data, indices, starts, places, m, heads, kept, values):
    """Keep entries whose place is below m; every one is written, and few are passed."""
    count = 0
    for j in range(starts.shape[0] - 1):
        heads[j] = count
        for k in range(starts[j], starts[j + 1]):
            place = places[indices[k]]
            kept[count] = place
            values[count] = data[k]
            count += 1 if place < m else 0
    heads[starts.shape[0] - 1] = count
    return count


@kernel
def turn(data, indices, starts, which, block, heads, places, values):
    """A counting sort, `block` rows at a time."""
    n, one = heads.shape[0] - 1, heads.dtype.type(1)
    for a in range(which.shape[0]):
        for k in range(starts[which[a]], starts[which[a] + 1]):
            heads[indices[k] + one] += one
    for i in range(n):
        heads[i + 1] += heads[i]
    ends, at = heads[:-1].copy(), np.empty(which.shape[0], np.int64)
    for a in range(which.shape[0]):
        at[a] = starts[which[a]]
    for low in range(0, n, block):
        high = low + block
        for a in range(which.shape[0]):
            k, stop = at[a], starts[which[a] + 1]
            while k < stop and indices[k] < high:
                i = indices[k]
                places[ends[i]] = a
                values[ends[i]] = data[k]
                ends[i] += one
                k += 1
            at[a] = k
