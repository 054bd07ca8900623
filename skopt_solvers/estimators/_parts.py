"""The door: names and objects that users pass become parts."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from ..losses import Logistic, Loss, Multinomial, VectorLoss, WholeLoss
from ..path import Strength
from ..penalties import L1, L2, ElasticNet, NoPenalty, Penalty
from ..penalties._base import BasePenalty
from ..solvers._registry import hint, snake_case

LINKED = (Logistic, Multinomial)  # predictions are log-odds, exactly
SIDES = np.array([-1.0, 1.0])  # what losses of one prediction see of two classes
PEERS = {  # what scikit-learn calls some
    "log_loss": "logistic",
    "squared_error": "squared",
    "absolute_error": "quantile",
    "absolute": "quantile",
    "pinball": "quantile",
    "pinball_loss": "quantile",
}


def as_loss(loss: Any, fits: Callable[[Any], bool] = bool) -> Any:
    """A loss object from itself or from its name; errors list those that fit."""
    if isinstance(loss, (Loss, VectorLoss, WholeLoss)):
        return loss
    names = _loss_names()
    if isinstance(loss, str) and loss in names:
        return names[loss]()
    peer = PEERS.get(str(loss))
    close = f" Did you mean {peer!r}?" if peer else hint(loss, names)
    fitting = sorted(name for name, each in names.items() if fits(each()))
    raise ValueError(
        f"loss must be a Loss object or one of {', '.join(fitting)}; "
        f"got {loss!r}.{close}"
    )


def regression_loss(owner: Any) -> Any:
    """The loss of a regressor that takes any of real targets."""
    loss = as_loss(owner.loss, lambda each: not each.labels)
    if loss.labels:
        name = type(owner).__name__
        raise ValueError(
            f"{type(loss).__name__} is a loss of classes: use "
            f"AdvancedLinearClassifier, or give {name} a loss such "
            "as 'squared', 'huber' or 'poisson'."
        )
    return loss


def classification_loss(owner: Any, n_classes: int) -> Any:
    """The loss of a classifier that takes any of classes, or of any real targets."""
    loss = as_loss(owner.loss, _takes_classes)
    if loss.lanes and not loss.labels:
        raise ValueError(
            f"{type(loss).__name__} is a loss of several real targets: give "
            f"{type(owner).__name__} a loss such as 'logistic' or 'squared'."
        )
    return for_classes(loss, n_classes)


def _takes_classes(loss: Any) -> bool:
    return bool(loss.labels or (not loss.lanes and allows(loss, SIDES)))


def for_classes(loss: Any, n_classes: int) -> Any:
    """The log loss of that many classes in place of the one of two."""
    return Multinomial() if type(loss) is Logistic and n_classes > 2 else loss


def as_penalty(penalty: Any, named: Mapping[Any, Penalty], ways: str = "") -> Any:
    """A penalty object from itself or from its name; `ways` say what else there is."""
    if isinstance(penalty, BasePenalty):
        return penalty
    if (penalty is None or isinstance(penalty, str)) and penalty in named:
        return named[penalty]
    names = "".join(f", {name!r}" for name in named)
    close = hint(penalty, [name for name in named if name])
    raise ValueError(
        f"penalty must be a Penalty object{names}; got {penalty!r}.{close}{ways}"
    )


def named_penalties(alpha: float, l1_ratio: float) -> dict[Any, Penalty]:
    """The penalties that have names; None is no penalty."""
    return {
        "l1": L1(alpha),
        "l2": L2(alpha),
        "elastic_net": ElasticNet(alpha, l1_ratio),
        None: NoPenalty(),
    }


def named_strength(penalty: Any) -> Strength:
    """Where the strength of a penalty, named or not, is among the parameters."""
    if isinstance(penalty, str):
        return Strength()
    if penalty is None or "alpha" not in penalty.get_params():
        raise ValueError(
            f"penalty={penalty!r} has no strength that could be varied; use one with a "
            "parameter alpha, such as L1() or 'elastic_net'."
        )
    return Strength("penalty__alpha")


def links(loss: Any) -> bool:
    """Whether predictions of a loss, or of the loss of this name, are log-odds."""
    names = _loss_names()
    named = names.get(loss) if isinstance(loss, str) else type(loss)
    return named in LINKED


def allows(loss: Any, y: Any) -> bool:
    """Whether a loss, or the loss of this name, takes the targets `y`."""
    try:
        as_loss(loss).check(y)
    except ValueError:
        return False
    return True


@cache
def _loss_names() -> dict[str, Any]:
    """``{"squared_hinge": SquaredHinge, ...}`` for all losses of the package."""
    from .. import losses

    classes = [getattr(losses, name) for name in losses.__all__]
    concrete = [c for c in classes if c not in (Loss, VectorLoss, WholeLoss)]
    return {snake_case(c.__name__): c for c in concrete}
