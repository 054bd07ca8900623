"""Passes over compressed rows or columns; "lines" below are whichever is stored.

Indices and starts are unsigned. A dot product of a line keeps four sums of its own:
reordering by the compiler would turn the look-ups into gather instructions, which are
2-4 times slower here.
"""

import numpy as np

from .._compile import kernel

TILE = 512  # columns of a Gram matrix that are made at once: 2 MB of it
MANY = 12  # lanes from which a loop over all of them beats sums of four in registers


@kernel
def gather(data, indices, starts, w, out):
    """``out[i] = line_i @ w``."""
    one, two, three, four = np.uint32(1), np.uint32(2), np.uint32(3), np.uint32(4)
    k = starts[0]
    for i in range(out.shape[0]):
        stop = starts[i + 1]
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        while k + three < stop:
            a += data[k] * w[indices[k]]
            b += data[k + one] * w[indices[k + one]]
            c += data[k + two] * w[indices[k + two]]
            d += data[k + three] * w[indices[k + three]]
            k += four
        while k < stop:
            a += data[k] * w[indices[k]]
            k += one
        out[i] = (a + b) + (c + d)
    return out


@kernel
def scatter(data, indices, starts, s, out):
    """``out += s[i] * line_i``."""
    for i in range(s.shape[0]):
        if s[i] != 0.0:
            for k in range(starts[i], starts[i + 1]):
                out[indices[k]] += s[i] * data[k]
    return out


@kernel
def there_and_back(data, indices, starts, d, w, c, out):
    """``out += d[i] * (line_i @ w + c) * line_i``; returns the sum of the factors.

    Each line is read once, where `gather` and `scatter` would read it twice.
    """
    total = 0.0
    for i in range(d.shape[0]):
        if d[i] == 0.0:
            continue
        a, b = 0.0, 0.0
        k, stop = starts[i], starts[i + 1]
        while k + np.uint32(1) < stop:
            a += data[k] * w[indices[k]]
            b += data[k + np.uint32(1)] * w[indices[k + np.uint32(1)]]
            k += np.uint32(2)
        if k < stop:
            a += data[k] * w[indices[k]]
        factor = d[i] * (a + b + c)
        total += factor
        for k in range(starts[i], stop):
            out[indices[k]] += factor * data[k]
    return total


@kernel
def scatter_squares(data, indices, starts, s, out):
    """``out += s[i] * line_i**2``."""
    for i in range(s.shape[0]):
        for k in range(starts[i], starts[i + 1]):
            entry = np.float64(data[k])
            out[indices[k]] += s[i] * entry * entry
    return out


@kernel
def gather_some(data, indices, starts, lines, w, out):
    """``out[a] = line_i @ w`` for ``i = lines[a]``."""
    for a in range(lines.shape[0]):
        total = 0.0
        for k in range(starts[lines[a]], starts[lines[a] + 1]):
            total += data[k] * w[indices[k]]
        out[a] = total
    return out


@kernel
def scatter_some(data, indices, starts, lines, s, out):
    """``out += s[a] * line_i`` for ``i = lines[a]``."""
    for a in range(lines.shape[0]):
        for k in range(starts[lines[a]], starts[lines[a] + 1]):
            out[indices[k]] += s[a] * data[k]
    return out


@kernel
def scatter_lanes(data, indices, starts, lines, s, out):
    """``out += outer(line_i, s[a])`` for ``i = lines[a]`` and a matrix s."""
    for a in range(lines.shape[0]):
        for k in range(starts[lines[a]], starts[lines[a] + 1]):
            for lane in range(s.shape[1]):
                out[indices[k], lane] += s[a, lane] * data[k]
    return out


@kernel
def gather_lanes(data, indices, starts, w, out):
    """``out[i, :] = line_i @ w`` for a matrix w: one index serves four lanes or all."""
    lanes = out.shape[1]
    for i in range(out.shape[0]):
        first, last = starts[i], starts[i + 1]
        if lanes >= MANY:
            for k in range(first, last):
                row, x = indices[k], data[k]
                for lane in range(lanes):
                    out[i, lane] += x * w[row, lane]
            continue
        for lane in range(0, lanes - 3, 4):
            a, b, c, d = 0.0, 0.0, 0.0, 0.0
            for k in range(first, last):
                row, x = indices[k], data[k]
                a += x * w[row, lane]
                b += x * w[row, lane + 1]
                c += x * w[row, lane + 2]
                d += x * w[row, lane + 3]
            out[i, lane], out[i, lane + 1] = a, b
            out[i, lane + 2], out[i, lane + 3] = c, d
        for k in range(first, last):
            for lane in range(lanes // 4 * 4, lanes):
                out[i, lane] += data[k] * w[indices[k], lane]
    return out


@kernel
def gather_squares(data, indices, starts, d, out):
    """``out[j] = (line_j**2) @ d``."""
    for j in range(out.shape[0]):
        total = 0.0
        for k in range(starts[j], starts[j + 1]):
            total += d[indices[k]] * data[k] * data[k]
        out[j] = total
    return out


@kernel
def outer(data, indices, starts, d, first, total):
    """Upper triangle of ``X_c.T @ diag(d) @ X_c``, columns `first` ... of it.

    Each product is one addition to a matrix that stays in the cache: 0.5 ns, against 10
    for a product of columns. Where the matrix is larger than the cache, it is made in
    tiles of `TILE` columns.
    """
    n, k = d.shape[0], total.shape[0]
    left, right = starts[:-1].copy(), starts[:-1].copy()
    for low in range(0, k, TILE):
        high = min(low + TILE, k)
        for i in range(n):  # the first entries of this tile's rows and columns
            while left[i] < starts[i + 1] and indices[left[i]] < low:
                left[i] += 1
            right[i] = left[i]
        start = max(low, first)
        for begin in range(start - (start - low) % TILE, k, TILE):
            end = min(begin + TILE, k)
            for i in range(n):
                b0 = right[i]
                while b0 < starts[i + 1] and indices[b0] < max(begin, first):
                    b0 += 1
                b1 = b0
                while b1 < starts[i + 1] and indices[b1] < end:
                    b1 += 1
                right[i] = b1
                a = left[i]
                while b0 < b1 and a < starts[i + 1] and indices[a] < high:
                    row, scaled = total[indices[a]], d[i] * data[a]
                    for b in range(max(a, b0), b1):
                        row[indices[b]] += scaled * data[b]
                    a += 1


@kernel
def outer_rows(data, indices, starts, d, total):
    """Upper triangle of ``X.T @ diag(d) @ X`` from rows whose indices increase."""
    one = np.uint32(1)
    for i in range(d.shape[0]):
        a, stop = starts[i], starts[i + 1]
        if d[i] == 0.0:
            continue
        while a < stop:
            left, row = d[i] * data[a], total[indices[a]]
            b = a
            while b < stop:
                row[indices[b]] += left * data[b]
                b += one
            a += one
