"""A smaller learning rate where the objective stands still."""

import math
from typing import ClassVar

from skopt_solvers.schedules._base import Kinds
from skopt_solvers.schedules._kinds import SHARE, Number
from skopt_solvers.schedules._learned import LearnedSchedule, Learning


class ReduceOnPlateau(LearnedSchedule):
    """Multiplied by `factor` after `patience` epochs without progress.

    ``factor(epoch) = max(factor**reductions, min_factor)``

    An epoch is bad unless ``objective < best * (1 - threshold)``; after more than
    `patience` bad epochs in a row the factor shrinks, and `cooldown` epochs are not
    counted.

    Parameters
    ----------
    factor : float in [0, 1], default=0.1
        What the learning rate is multiplied by.
    patience : float >= 0, default=10
        Bad epochs that are allowed.
    threshold : float in [0, 1], default=1e-4
        Relative decrease that counts as progress.
    cooldown : float >= 0, default=0
        Epochs after a reduction in which bad epochs are not counted.
    min_factor : float in [0, 1], default=0.0
        Smallest factor.
    per : {"update", "epoch"}, default="epoch"
        Without effect; every schedule has it.

    Notes
    -----
    As ``torch.optim.lr_scheduler.ReduceLROnPlateau(mode="min", threshold_mode="rel")``,
    stepped once an epoch with the objective. The objective is evaluated after every
    epoch, which costs a pass over the data. Not inside other schedules.

    References
    ----------
    PyTorch, ``torch.optim.lr_scheduler.ReduceLROnPlateau``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skopt_solvers import AdvancedLogisticRegression
    >>> from skopt_solvers.schedules import ReduceOnPlateau
    >>> from skopt_solvers.solvers import Adam
    >>> adam = Adam(0.3, schedule=ReduceOnPlateau(0.5, patience=1), tol=None)
    >>> model = AdvancedLogisticRegression(solver=adam, random_state=0)
    >>> model.fit(*load_iris(return_X_y=True)).history_.learning_rate[-1] < 0.3
    True
    """

    parameters: ClassVar[Kinds] = {
        "factor": SHARE,
        "patience": Number(0),
        "threshold": SHARE,
        "cooldown": Number(0),
        "min_factor": SHARE,
    }
    span = 1

    def __init__(
        self,
        factor: float = 0.1,
        patience: float = 10,
        threshold: float = 1e-4,
        cooldown: float = 0,
        min_factor: float = 0.0,
        per: str = "epoch",
    ) -> None:
        super().__init__(per)
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.cooldown = cooldown
        self.min_factor = min_factor

    def tries(self, past: Learning) -> list[float]:
        return [past.factor]

    def learn(self, past: Learning, factor: float, objective: float) -> None:
        better = objective < past.best - self.threshold * abs(past.best)
        if better or math.isinf(past.best):
            past.best, past.bad = objective, 0
        else:
            past.bad += 1
        if past.resting > 0:
            past.resting, past.bad = past.resting - 1, 0
        if past.bad > self.patience:
            past.factor = max(factor * self.factor, self.min_factor)
            past.resting, past.bad = int(self.cooldown), 0
