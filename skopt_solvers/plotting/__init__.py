"""Pictures of fits, schedules, paths and landscapes; needs matplotlib (extra `plot`).

Each display has the form that scikit-learn's have: ``Display.from_...(...)`` makes one
and draws it, `plot` draws it again, ``ax_`` and ``figure_`` are what was drawn on.
"""

from .convergence import ConvergenceDisplay
from .landscape import LandscapeDisplay
from .path import RegularizationPathDisplay
from .schedule import ScheduleDisplay

__all__ = [
    "ConvergenceDisplay",
    "LandscapeDisplay",
    "RegularizationPathDisplay",
    "ScheduleDisplay",
]
