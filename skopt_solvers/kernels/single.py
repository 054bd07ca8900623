"""Single precision without denormal numbers, which take many times as long."""

from .._compile import kernel


@kernel(sums=True)
def largest(v):
    """The largest size of a number."""
    top = 0.0
    for i in range(v.shape[0]):
        top = max(top, abs(v[i]))
    return top


@kernel
def rounded(v, unit, speck, out):
    """Fill `out` with ``v / unit``, zero where that is less than `speck`."""
    for i in range(v.shape[0]):
        x = v[i] / unit
        out[i] = 0.0 if abs(x) < speck else x
