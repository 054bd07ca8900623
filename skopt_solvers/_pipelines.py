"""What is in a pipeline, which may end with another one; told by its ``steps``.

scikit-learn's class is slow to import, and not needed for it.
"""

from collections.abc import Iterator
from typing import Any

__all__ = ["address", "last_step", "steps_before"]


def last_step(estimator: Any) -> Any:
    """The model itself, of a pipeline its last step."""
    return last_step(estimator[-1]) if hasattr(estimator, "steps") else estimator


def steps_before(estimator: Any) -> Iterator[Any]:
    """Pipelines of all steps before the model, one after the other."""
    while hasattr(estimator, "steps"):
        if len(estimator) > 1:
            yield estimator[:-1]
        estimator = estimator[-1]


def address(estimator: Any) -> str:
    """What names of parameters begin with to reach the last step."""
    if not hasattr(estimator, "steps"):
        return ""
    name, step = estimator.steps[-1]
    return f"{name}__{address(step)}"
