"""Elementary functions that LLVM can vectorise inside any loop that calls them.

libm's ``exp`` and ``log1p`` are calls, which no loop can hold in SIMD lanes: 50,000
rows cost 0.7 ms through libm and 0.05 ms through these.
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
LARGEST = 709.0
SMALLEST = -708.0


@kernel
def _fast_exp(x: float) -> float:
    x = LARGEST if x > LARGEST else x
    x = SMALLEST if x < SMALLEST else x
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    # Taylor series of exp on |r| <= ln(2)/2: the first term left out is 4e-18. Summed
    # in pairs (Estrin's scheme), whose latency is half of Horner's
    q = r * r
    q2 = q * q
    low = (r * (1.0 / 6.0) + 0.5) + q * (r * (1.0 / 120.0) + 1.0 / 24.0)
    middle = (r * (1.0 / 5040.0) + 1.0 / 720.0) + q * (
        r * (1.0 / 362880.0) + 1.0 / 40320.0
    )
    high = (r * (1.0 / 39916800.0) + 1.0 / 3628800.0) + q * (
        r * (1.0 / 6227020800.0) + 1.0 / 479001600.0
    )
    total = 1.0 + (r + q * (low + q2 * (middle + q2 * high)))
    exponent = (bits_from_float(shifted) - ROUND_BITS + 1023) << 52
    return total * float_from_bits(exponent)  # type: ignore[no-any-return]


def _plain_exp(x: float) -> float:
    return float(np.exp(min(max(x, SMALLEST), LARGEST) if x == x else x))


exp = _fast_exp if JIT else _plain_exp
"""``e**x`` to 2 units in the last place; x is clipped to [-708, 709], NaN stays NaN."""


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
    total = total * q + 1.0 / 17.0
    total = total * q + 1.0 / 15.0
    total = total * q + 1.0 / 13.0
    total = total * q + 1.0 / 11.0
    total = total * q + 1.0 / 9.0
    total = total * q + 1.0 / 7.0
    total = total * q + 1.0 / 5.0
    total = total * q + 1.0 / 3.0
    return 2.0 * s * (total * q + 1.0)


@kernel
def relative_entropy(a: float, b: float, log_b: float) -> float:
    """``a log(a/b) - a + b``, never negative; infinite for a < 0."""
    if a < 0.0:
        return math.inf
    if a == 0.0:
        return b
    d = a - b
    if abs(d) < 0.1 * (a + b):
        # nothing cancels in this series (Loader 2000, "Fast and accurate computation of
        # binomial probabilities"); the first term left out is 1e-16 of the first
        r = d / (a + b)
        q = r * r
        total = 1.0 / 17.0
        total = total * q + 1.0 / 15.0
        total = total * q + 1.0 / 13.0
        total = total * q + 1.0 / 11.0
        total = total * q + 1.0 / 9.0
        total = total * q + 1.0 / 7.0
        total = total * q + 1.0 / 5.0
        total = total * q + 1.0 / 3.0
        return d * r + 2.0 * a * r * q * total
    return max(a * (math.log(a) - log_b) - a + b, 0.0)


@kernel
def bernoulli_divergence(a: float, x: float) -> float:
    """Kullback-Leibler divergence of Bernoulli(a) from Bernoulli(1 / (1 + e**-x)).

    Never negative; infinite for a outside [0, 1].
    """
    e = exp(-abs(x))
    rest = log1p_unit(e)
    large, log_large = 1.0 / (1.0 + e), -rest
    small, log_small = e / (1.0 + e), -abs(x) - rest
    if x < 0.0:
        return relative_entropy(a, small, log_small) + relative_entropy(
            1.0 - a, large, log_large
        )
    return relative_entropy(a, large, log_large) + relative_entropy(
        1.0 - a, small, log_small
    )
