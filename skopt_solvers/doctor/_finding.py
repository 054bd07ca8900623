"""What is the matter, the numbers that show it, and what to do about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing

Treatment = Callable[[Any, Any, Any], tuple[Any, Any, Any]]


@dataclass(frozen=True)
class Remedy:
    """What to change, in words and as a function of estimator, X and y.

    `rows` are the samples to keep; None for all.
    """

    words: str
    treatment: Treatment = field(repr=False)
    rows: np.ndarray | None = field(default=None, repr=False)

    def kept(self, values: Any) -> Any:
        """The rows to keep of X, y or weights."""
        if self.rows is None or values is None:
            return values
        return _safe_indexing(values, self.rows)

    def then(self, other: "Remedy") -> "Remedy":
        """This one, and another after it."""

        def treat(estimator: Any, X: Any, y: Any) -> Any:
            return other.treatment(*self.treatment(estimator, X, y))

        words = f"{self.words.removesuffix('.')}; and {other.words}"
        return Remedy(words, treat, self.rows)

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Finding:
    """One thing that is the matter.

    Attributes
    ----------
    name : str
        What it is called, such as ``"separable classes"``.
    message : str
        What it means.
    evidence : dict
        The numbers that show it.
    remedy : Remedy
        What to do.
    outcome : str
        What came of the remedy when it was tried; empty if it was not.
    cured : bool or None
        Whether the fit converges with the remedy; None if it was not tried.
    """

    name: str
    message: str
    evidence: Mapping[str, Any]
    remedy: Remedy
    outcome: str = ""
    cured: bool | None = None

    def apply(self, estimator: Any, X: Any, y: Any) -> tuple[Any, Any, Any]:
        """Apply the remedy; the arguments are left alone.

        Returns
        -------
        tuple of (estimator, X, y)
            With which the fit converges, if this was what prevented it. Of weights,
            ``finding.remedy.kept(sample_weight)`` go with them.
        """
        kept = self.remedy.kept
        return self.remedy.treatment(estimator, kept(X), kept(y))

    @property
    def numbers(self) -> str:
        """The evidence in words."""
        return ", ".join(f"{name} = {_shown(v)}" for name, v in self.evidence.items())

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.message}", f"  evidence: {self.numbers}"]
        lines.append(f"  remedy: {self.remedy}")
        if self.outcome:
            lines.append(f"  tried: {self.outcome}")
        return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=2, threshold=6, edgeitems=2)
    return str(value)
