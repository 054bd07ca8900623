"""The laws that parts obey: this package's own parts, and yours.

Every function takes one object and raises AssertionError, naming the part, the law and
the numbers, for the first law that is broken. Numbers come from the compiled part;
one law of each family says that plain Python gives the same.
"""

from .block_penalties import check_block_penalty
from .losses import check_loss
from .penalties import check_penalty
from .schedules import check_schedule
from .solvers import check_solver
from .vector_losses import check_vector_loss

__all__ = [
    "check_block_penalty",
    "check_loss",
    "check_penalty",
    "check_schedule",
    "check_solver",
    "check_vector_loss",
]
