"""Numbers and their bit patterns, for kernels that take floats apart."""

from typing import Any

import numpy as np

from .cache import kernel


@kernel
def float_from_bits(bits: Any) -> Any:
    """The float64 whose bit pattern is the int64 `bits`."""
    return np.int64(bits).view(np.float64)


@kernel
def bits_from_float(value: Any) -> Any:
    """The bit pattern of the float64 `value` as int64."""
    return np.float64(value).view(np.int64)
