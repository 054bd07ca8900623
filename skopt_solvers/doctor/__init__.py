"""Why a fit did not converge, or would not: findings, evidence and remedies."""

from ._case import Case
from ._columns import alike
from ._course import reachable
from ._diagnosis import Diagnosis
from ._examine import brief, examine
from ._finding import Finding, Remedy

__all__ = [
    "Case",
    "Diagnosis",
    "Finding",
    "Remedy",
    "alike",
    "brief",
    "examine",
    "reachable",
]
