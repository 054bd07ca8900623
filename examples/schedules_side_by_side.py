"""What do schedules do to the learning rate?"""

import os
from pathlib import Path

from skopt_solvers.plotting import ScheduleDisplay
from skopt_solvers.schedules import (
    Chain,
    Constant,
    CosineAnnealing,
    CosineRestarts,
    ExponentialDecay,
    LinearDecay,
    OneCycle,
    StepDecay,
    Warmup,
)

SCHEDULES = {
    "step": StepDecay(),
    "exponential": ExponentialDecay(gamma=0.8, per="epoch"),
    "cosine": CosineAnnealing(),
    "cosine, restarted": CosineRestarts(3, per="epoch"),
    "one cycle": OneCycle(),
    "warmup, then cosine": Warmup(schedule=CosineAnnealing()),
    "constant, then linear": Chain([Constant(), LinearDecay()]),
    "1 / (1 + 0.01 k)": lambda k: 1 / (1 + 0.01 * k),
}

folder = Path(os.environ.get("PICTURES", "."))
display = ScheduleDisplay.from_schedules(SCHEDULES, epochs=10, learning_rate=0.1)
display.figure_.savefig(folder / "schedules.png", dpi=100)
print("picture:", folder / "schedules.png")
for name, (epochs, rates) in display.curves.items():
    middle = rates[len(epochs) // 2]
    print(f"{name:24s} begins at {rates[0]:.4f}, half-way {middle:.4f}")
