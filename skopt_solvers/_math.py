"""Elementary functions that LLVM can vectorise inside any loop that calls them.

libm's ``exp`` and ``log`` are calls, which no loop can hold in SIMD lanes. Nor can it
hold branches: both sides are computed, and one is selected.
"""

import math

import numpy as np

from ._compile import JIT, bits_from_float, float_from_bits, kernel

# ln 2 in two parts: the first has 21 trailing zero bits, so k * LN2_HIGH is exact
# (Cody & Waite 1980, section 6)
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
LOG2_E = 1.44269504088896338700
# adding 1.5 * 2**52 rounds to an integer, which then stands in the lowest bits
ROUND = 6755399441055744.0
ROUND_BITS = 0x4338000000000000
# 2**52 in the exponent of a number whose lowest bits are an integer
INTEGER, INTEGER_BITS = 4503599627370496.0, 0x4330000000000000
MANTISSA, ONE_BITS = 0x000FFFFFFFFFFFFF, 0x3FF0000000000000
ROOT_2 = math.sqrt(2.0)
DENORMAL = 2.0**-1022
TINY = 1e-300  # whose product with its logarithm is as good as zero
LARGEST = 709.0
SMALLEST = -708.0


@kernel
def _exp_parts(x: float) -> tuple[float, float]:
    """A power of two s, and q with ``e**x = s + s * q`` and ``|q| <= 0.42``."""
    x = LARGEST if x > LARGEST else x
    x = SMALLEST if x < SMALLEST else x
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    # Taylor series of exp on |r| <= ln(2)/2: the first term left out is 4e-18. In
    # Estrin's order: a chain of twelve products would be waited for
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r * 0.5) + r2 * (1.0 / 6.0 + r * (1.0 / 24.0))
    middle = (1.0 / 120.0 + r * (1.0 / 720.0)) + r2 * (
        1.0 / 5040.0 + r * (1.0 / 40320.0)
    )
    high = (1.0 / 362880.0 + r * (1.0 / 3628800.0)) + r2 * (
        1.0 / 39916800.0 + r * (1.0 / 479001600.0)
    )
    high = high + r4 * (1.0 / 6227020800.0)
    total = low + r4 * (middle + r4 * high)
    exponent = (bits_from_float(shifted) - ROUND_BITS + 1023) << 52
    return float_from_bits(exponent), total * r


@kernel
def _fast_exp(x: float) -> float:
    s, q = _exp_parts(x)
    return s + s * q  # type: ignore[no-any-return]


@kernel
def _fast_faded(x: float) -> float:
    s, q = _exp_parts(-x)
    return (1.0 - s) - s * q  # type: ignore[no-any-return]


@kernel
def _fast_log(x: float) -> float:
    bits = bits_from_float(x * 2.0**54 if x < DENORMAL else x)
    k = float_from_bits((bits >> 52) | INTEGER_BITS) - (INTEGER + 1023.0)
    k = k - 54.0 if x < DENORMAL else k
    m = float_from_bits((bits & MANTISSA) | ONE_BITS)
    k = k + 1.0 if m > ROOT_2 else k
    m = 0.5 * m if m > ROOT_2 else m
    # log(m) = 2 atanh(s), |s| <= 0.172: the first term left out is 2e-18
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    q2 = q * q
    q4 = q2 * q2
    low = (1.0 / 3.0 + q * (1.0 / 5.0)) + q2 * (1.0 / 7.0 + q * (1.0 / 9.0))
    high = (1.0 / 11.0 + q * (1.0 / 13.0)) + q2 * (1.0 / 15.0 + q * (1.0 / 17.0))
    high = high + q4 * (1.0 / 19.0 + q * (1.0 / 21.0))
    rest = k * LN2_LOW + 2.0 * s * q * (low + q4 * high)
    total = k * LN2_HIGH + (2.0 * s + rest)
    return total if x < math.inf else x


def _plain_exp(x: float) -> float:
    return float(np.exp(min(max(x, SMALLEST), LARGEST) if x == x else x))


def _plain_log(x: float) -> float:
    return float(np.log(x))


def _plain_faded(x: float) -> float:
    return float(-np.expm1(-x))


exp = _fast_exp if JIT else _plain_exp
"""``e**x`` to 2 units in the last place; x is clipped to [-708, 709], NaN stays NaN."""

log = _fast_log if JIT else _plain_log
"""Natural logarithm of a positive x, to 3e-16 of itself; NaN stays NaN."""

faded = _fast_faded if JIT else _plain_faded
"""``1 - e**-x`` for x of at least 0, to 3e-16 of itself."""


@kernel
def _atanh_rest(q: float, further: float) -> float:
    """``1/3 + q/5 + ... + q**7/17 + q**8 further``: of ``atanh(s)``, with q = s**2, the
    series without its first term, which is s.
    """
    total = further * q + 1.0 / 17.0
    total = total * q + 1.0 / 15.0
    total = total * q + 1.0 / 13.0
    total = total * q + 1.0 / 11.0
    total = total * q + 1.0 / 9.0
    total = total * q + 1.0 / 7.0
    total = total * q + 1.0 / 5.0
    return total * q + 1.0 / 3.0


@kernel
def log1p_unit(e: float) -> float:
    """``log(1 + e)`` for 0 <= e <= 1, to 7e-16: series of ``2 atanh(e / (2 + e))``."""
    s = e / (2.0 + e)
    q = s * s
    total = 1.0 / 33.0
    total = total * q + 1.0 / 31.0
    total = total * q + 1.0 / 29.0
    total = total * q + 1.0 / 27.0
    total = total * q + 1.0 / 25.0
    total = total * q + 1.0 / 23.0
    total = total * q + 1.0 / 21.0
    total = total * q + 1.0 / 19.0
    return 2.0 * s * (_atanh_rest(q, total) * q + 1.0)


@kernel
def relative_entropy(a: float, b: float, log_b: float) -> float:
    """``a log(a/b) - a + b``, never negative; infinite for a < 0."""
    d, size = a - b, a + b
    # nothing cancels in this series (Loader 2000, "Fast and accurate computation of
    # binomial probabilities"); the first term left out is 1e-16 of the first
    r = d / (size if size > TINY else TINY)
    q = r * r
    near = d * r + 2.0 * a * r * q * _atanh_rest(q, 0.0)
    far = a * (log(a if a > TINY else TINY) - log_b) - d
    far = 0.0 if far < 0.0 else far
    out = near if abs(d) < 0.1 * size else far
    out = b if a == 0.0 else out
    return math.inf if a < 0.0 else out


@kernel
def bernoulli_divergence(a: float, x: float) -> float:
    """Kullback-Leibler divergence of Bernoulli(a) from Bernoulli(1 / (1 + e**-x)).

    Never negative; infinite for a outside [0, 1].
    """
    e = exp(-abs(x))
    rest = log1p_unit(e)
    large, small = 1.0 / (1.0 + e), e / (1.0 + e)
    up, down = min(x, 0.0) - rest, min(-x, 0.0) - rest
    first = relative_entropy(a, small if x < 0.0 else large, up)
    return first + relative_entropy(1.0 - a, large if x < 0.0 else small, down)


@kernel
def clip(x: float, low: float, high: float) -> float:
    """The nearest number between `low` and `high`; NaN stays visible."""
    return min(max(x, low), high) if x == x else x


@kernel
def geometric(w: float, force: float, ridge: float, step: float, k: float) -> float:
    """`w` after k times ``w = (w - step * force) / (1 + step * ridge)``."""
    y = step * ridge
    if not y > 0.0:
        return w - k * step * force
    x = k * (math.log1p(y) if y > 0.003 else _log1p_small(y))
    return w - faded(x) * (w + force / ridge)


@kernel
def _log1p_small(y: float) -> float:
    """``log(1 + y)`` for y of at most 0.003, to 1e-16."""
    y2 = y * y
    low = -1.0 / 2.0 + y * (1.0 / 3.0)
    high = (-1.0 / 4.0 + y * (1.0 / 5.0)) + y2 * (-1.0 / 6.0 + y * (1.0 / 7.0))
    return y + y2 * (low + y2 * high)


@kernel
def _across_zero(
    w: float, g: float, level: float, ridge: float, step: float, k: int
) -> float:
    """As k steps of an elastic net's prox, for w that reaches zero on the way."""
    before = math.copysign(1.0, w)
    force = before * g + level
    m = 1.0 * k
    if force > 0.0:
        m = math.log1p(abs(w) * ridge / force) / math.log1p(step * ridge)
        m = m if ridge > 0.0 else abs(w) / (step * force)
    # a step short of zero, then on foot
    m = math.floor(min(max(m - 1.0, 0.0), k))
    w = geometric(w, g + level * before, ridge, step, m)
    while m < k and w * before > 0.0:
        z = w - step * g
        size = max(abs(z) - step * level, 0.0) / (1.0 + step * ridge)
        w = math.copysign(size, z)
        m += 1.0
    if m < k and abs(g) > level:
        w = geometric(w, g - math.copysign(level, g), ridge, step, k - m)
    return w


@kernel
def elastic_steps(
    w: float, g: float, level: float, ridge: float, step: float, k: int
) -> float:
    """`w` after k steps with gradient g and the prox of ``level |w| + ridge/2 w**2``.

    In closed form: on either side of zero the steps are a geometric sequence.
    """
    if level == 0.0:
        return geometric(w, g, ridge, step, k)  # type: ignore[no-any-return]
    if w == 0.0 and abs(g) <= level:
        return w
    force = g + math.copysign(level, w if w != 0.0 else -g)
    new = geometric(w, force, ridge, step, k)
    if w == 0.0 or w * math.copysign(1.0, new) > 0.0:
        return new  # type: ignore[no-any-return]
    return _across_zero(w, g, level, ridge, step, k)  # type: ignore[no-any-return]


@kernel
def length(w: np.ndarray) -> float:
    """Euclidean norm of an array."""
    total = 0.0
    for a in range(w.shape[0]):
        total += w[a] * w[a]
    return math.sqrt(total)


@kernel
def thresholded_length(v: np.ndarray, s: float, level: float) -> float:
    """Euclidean norm of ``max(abs(s v) - level, 0)``; NaN stays visible."""
    total = 0.0
    for a in range(v.shape[0]):
        rest = s * abs(v[a]) - level
        if not rest <= 0.0:
            total += rest * rest
    return math.sqrt(total)


@kernel
def root_prox(z: float, q: float) -> float:
    """Largest root of ``w - z + q * w**(q - 1)``, for z at which there is one."""
    w = z
    if q == 0.5:
        angle = math.acos(-0.25 * (3.0 / z) ** 1.5)
        w = 2.0 / 3.0 * z * (1.0 + math.cos(2.0 / 3.0 * angle))
    elif q == 2.0 / 3.0:
        angle = math.acosh(27.0 / 16.0 * z * z * 2.0**-1.5)
        side = 2.0 / math.sqrt(3.0) * 2.0**0.25 * math.sqrt(math.cosh(angle / 3.0))
        w = (0.5 * (side + math.sqrt(2.0 * z / side - side * side))) ** 3
    for _ in range(50):  # one or two after a closed form
        slope = q * w ** (q - 1.0)
        new = w - (w - z + slope) / (1.0 + (q - 1.0) * slope / w)
        if abs(new - w) <= 1e-16 * w:
            break
        w = new
    return w
