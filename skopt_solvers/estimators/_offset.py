"""Offsets and exposures as users give them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import check_array

Array = np.ndarray


@dataclass(frozen=True)
class Shift:
    """What is added to linear predictions, directly or as a logarithm."""

    offset: Any = None
    exposure: Any = None

    def of(self, loss: Any, n_samples: int) -> Array | None:
        """The sum of offset and log(exposure) for a loss, checked; None for none."""
        parts = []
        if self.offset is not None:
            parts.append(_numbers("offset", self.offset, n_samples))
        if self.exposure is not None:
            parts.append(np.log(_positive(self.exposure, loss, n_samples)))
        return sum(parts) if parts else None  # type: ignore[return-value]


NO_SHIFT = Shift()


def _numbers(name: str, values: Any, n_samples: int) -> Array:
    """`values` as finite float64, one or one row for each sample."""
    values = check_array(values, ensure_2d=False, dtype=np.float64, input_name=name)
    if values.ndim not in (1, 2) or len(values) != n_samples:
        raise ValueError(
            f"{name} needs one number per sample, shape ({n_samples},); "
            f"got shape {values.shape}."
        )
    return values  # type: ignore[no-any-return]


def _positive(exposure: Any, loss: Any, n_samples: int) -> Array:
    if loss.link != "log":
        raise ValueError(
            f"exposure needs a loss with a logarithmic link, such as Poisson; "
            f"{type(loss).__name__} has the link {loss.link!r}. Give an offset."
        )
    exposure = _numbers("exposure", exposure, n_samples)
    if not (exposure > 0).all():
        where = tuple(int(k) for k in np.argwhere(~(exposure > 0))[0])
        at = ", ".join(map(str, where))
        raise ValueError(
            f"exposure needs numbers greater than zero; "
            f"exposure[{at}] is {float(exposure[where])}."
        )
    return exposure
