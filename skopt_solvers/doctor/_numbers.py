"""Tables of anything as arrays of floats."""

from typing import Any

import numpy as np

Array = np.ndarray


def numbers(values: Any, text: float | None = None) -> Array:
    """A copy as floats, NaN for what is missing (None and its kin).

    `text` stands for what is no number; None raises ValueError for it.
    """

    def number(value: Any) -> float:
        try:
            return float(value)
        except TypeError:
            return np.nan
        except ValueError:
            if text is None:
                raise
            return text

    values = np.asarray(values)
    if values.dtype.kind != "O":
        return np.array(values, dtype=np.float64)
    return np.array([number(v) for v in values.ravel()]).reshape(values.shape)
