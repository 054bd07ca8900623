"""A table of coefficients, their standard errors and what these mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from .._tables import html_table, text_table

Array = np.ndarray


@dataclass(frozen=True, repr=False)
class Summary:
    """Coefficients with their standard errors; prints as text, renders as HTML.

    Attributes
    ----------
    names : list of str
        What each row belongs to.
    coef, std_err : ndarray of shape (n_parameters,)
        Coefficients and standard errors.
    df : float
        Degrees of freedom of Student's t; infinite for the normal distribution.
    level : float
        Coverage of the confidence intervals.
    notes : list of str
        How the numbers came about.
    """

    names: Sequence[str]
    coef: Array
    std_err: Array
    df: float
    level: float
    notes: Sequence[str]

    @property
    def statistic(self) -> Array:
        """Coefficients in units of their standard errors."""
        return self.coef / self.std_err

    @property
    def p_values(self) -> Array:
        """Probability of a statistic as large as this if the coefficient were zero."""
        size = np.abs(self.statistic)
        if np.isinf(self.df):
            return np.asarray(special.erfc(size / np.sqrt(2.0)))
        return np.asarray(2.0 * stats.t.sf(size, self.df))

    @property
    def intervals(self) -> Array:
        """Confidence intervals, of shape (n_parameters, 2)."""
        q = 0.5 + self.level / 2.0
        t = special.ndtri(q) if np.isinf(self.df) else stats.t.ppf(q, self.df)
        return self.coef[:, None] + np.outer(self.std_err, [-t, t])

    @property
    def columns(self) -> dict[str, Array]:
        """The table, column by column."""
        kind, tail = "z" if np.isinf(self.df) else "t", self.intervals
        low, high = (f"{q:g}" for q in (0.5 - self.level / 2, 0.5 + self.level / 2))
        return {
            "coef": self.coef,
            "std err": self.std_err,
            kind: self.statistic,
            f"P>|{kind}|": self.p_values,
            f"[{low}": tail[:, 0],
            f"{high}]": tail[:, 1],
        }

    def to_frame(self) -> Any:
        """The table as a `pandas.DataFrame`, one row per parameter."""
        try:
            import pandas as pd
        except ImportError as reason:
            raise ImportError(
                "to_frame needs pandas, which is not installed: "
                "python -m pip install 'skopt-solvers[frame]'"
            ) from reason
        return pd.DataFrame(self.columns, index=list(self.names))

    def __str__(self) -> str:
        return "\n".join([text_table(*self._cells), *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(*self._cells, self.notes)

    @property
    def _cells(self) -> tuple[list[str], list[list[str]]]:
        columns = self.columns
        numbers = zip(*columns.values(), strict=True)
        rows = [[name, *map(_shown, row)]
                for name, row in zip(self.names, numbers, strict=True)]  # fmt: skip
        return ["", *columns], rows


def _shown(number: float) -> str:
    return f"{number:.4g}"
