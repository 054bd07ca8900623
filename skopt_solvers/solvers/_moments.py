"""What rules with Adam's two moments share: how they idle, and their automatic rate."""

import math
from typing import Any, ClassVar

from .._params import Constraint, Number
from ..problems._units import Facts
from ._stochastic import StochasticSolver

PACE = 2.5  # of automatic rates: 2 to 3 were best over eleven sets of real data


class MomentSolver(StochasticSolver):
    """Keeps the mean m of the gradients and v of their squares, in slots 0 and 1.

    Subclasses have parameters ``beta1``, ``beta2`` and ``eps``. An idle coordinate
    drifts by ``m / (sqrt(v) + eps)``, both of which fade; that eps does not fade with
    sqrt(v) is the only difference to moving it step by step.
    """

    slots = 2
    moments: ClassVar[dict[str, Constraint]] = {
        "beta1": Number(0.0, 1.0, open_high=True),
        "beta2": Number(0.0, 1.0, open_high=True),
        "eps": Number(0.0, math.inf, True, True),
    }
    own = moments

    beta1: Any
    beta2: Any
    eps: Any

    def ratio(self):
        return self.beta1 / math.sqrt(self.beta2) if self.beta2 > 0.0 else 0.0

    def drift(self, slots, f):
        return slots[0, f] / (math.sqrt(slots[1, f]) + self.eps)

    def rest(self, slots, f, k):
        slots[0, f] *= self.beta1**k
        slots[1, f] *= self.beta2**k

    def automatic(self, facts: Facts, batch: int) -> float:
        return PACE * facts.spread / facts.row_sum
