r"""Huber's loss with a scale that is fitted with the model.

Minimised over the scale, the loss of all predictions together is

.. math:: \Phi(r) = \min_{\sigma \ge \sigma_0}\; \tfrac{\sigma}{2}
          + \sum_i s_i\, \sigma\, \rho(r_i / \sigma), \quad r = z - y,

with Huber's :math:`\rho` and weights s that sum to one (Huber 1981, section 7.8). It is
convex. Its slopes are :math:`q_i = \operatorname{clip}(r_i / \sigma, \pm\delta)`, and
its conjugate is :math:`\sum_i s_i q_i y_i - \sigma_0 (1 - \sum_i s_i q_i^2) / 2` where
:math:`|q_i| \le \delta` and :math:`\sum_i s_i q_i^2 \le 1`, infinite elsewhere.
"""

import math
from typing import Any

import numpy as np

from .._compile import readonly
from ..kernels import losses as kernels
from ..kernels.scale import clipped_scale
from .response import SingleResponse

Array = np.ndarray

LEAST = 1e-6  # the smallest scale, as a share of the target's standard deviation


class ScaledResponse(SingleResponse):
    """Huber's loss of all samples, at the scale that fits their residuals best."""

    separable = False

    def __init__(self, loss: Any, y: Array, weights: Array) -> None:
        super().__init__(loss, y, weights)
        mean = self.weights @ self.y
        spread = math.sqrt(float(self.weights @ np.square(self.y - mean)))
        self.least = max(LEAST * spread, 1e-300)

    def scale(self, z: Array) -> float:
        """The scale of the residuals."""
        r, delta = readonly(z - self.y), float(self.loss.delta)
        return float(clipped_scale(r, self.weights, delta, self.least))

    def jets(self, z: Array) -> tuple[float, Array, Array]:
        """The curvatures are those at this scale: the true Hessian is smaller."""
        sigma = self.scale(z)
        record = self.loss.record(delta=self.loss.delta * sigma)
        value, slopes, curvatures = kernels.jets(
            record, self.y, self.weights, readonly(z)
        )
        return sigma / 2 + value / sigma, slopes / sigma, curvatures / sigma

    def along(self, z: Array, dz: Array, t: float) -> tuple[float, float, float]:
        value, q, bend = self.jets(z + t * dz)
        bend = self.weights * bend
        moving = float(bend @ q**2)  # the scale moves along, which takes curvature away
        curvature = float(bend @ dz**2)
        if moving > 0:
            curvature -= float((bend * q) @ dz) ** 2 / moving
        return value, float((self.weights * q) @ dz), max(curvature, 0.0)

    def information(self, z: Array) -> Array:
        return self.jets(z)[2]

    def gap(self, z: Array, slopes: Array, scale: float) -> float:
        sigma = self.scale(z)
        record = self.loss.record(delta=self.loss.delta * sigma)
        slopes = readonly(slopes)
        rest = 1.0 - scale**2 * float(self.weights @ slopes**2)
        terms = kernels.gaps(
            record, self.y, self.weights, readonly(z), slopes, scale * sigma
        )
        return float(terms) / sigma + (sigma - self.least) * max(rest, 0.0) / 2

    def room(self, slopes: Array) -> float:
        length = math.sqrt(float(self.weights @ slopes**2))
        widest = float(np.max(np.abs(slopes), initial=0.0))
        within = min(1.0, 1.0 / max(length, 1e-300))
        return min(within, float(self.loss.delta) / max(widest, 1e-300))

    @property
    def max_curvature(self) -> float:
        return math.inf
