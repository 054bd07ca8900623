"""The normal distribution that CMA-ES samples from, and how it learns."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray

STEADY = 0.8  # share of the usual damping: closer on spheres, as close elsewhere
WORST = 1e14  # condition of the covariance at which a search begins anew


@dataclass(frozen=True)
class Rates:
    """Weights and learning rates for n coordinates; equations of Hansen (2016)."""

    popsize: int
    parents: int
    weights: Array
    mueff: float
    c_sigma: float
    d_sigma: float
    c_c: float
    c_1: float
    c_mu: float
    chi: float

    @classmethod
    def of(cls, n: int, popsize: int, active: bool, faster: float) -> "Rates":
        """The defaults of table 1; `faster` raises the rates of the covariance."""
        raw = math.log((popsize + 1) / 2) - np.log(np.arange(1, popsize + 1))  # (49)
        mu = popsize // 2
        good, bad = raw[:mu], np.minimum(raw, 0.0)
        mueff = float(good.sum() ** 2 / (good @ good))
        c_1 = 2.0 / ((n + 1.3) ** 2 + mueff)  # (57)
        c_mu = 2.0 * (0.25 + mueff + 1 / mueff - 2) / ((n + 2) ** 2 + mueff)  # (58)
        c_1 = min(1.0, faster * c_1)
        c_mu = min(1.0 - c_1, faster * c_mu)
        weights = np.maximum(raw, 0.0) / good.sum()
        if active and c_mu > 0 and bad.any():
            mueff_bad = bad.sum() ** 2 / (bad @ bad)
            share = min(
                1 + c_1 / c_mu,  # (50)
                1 + 2 * mueff_bad / (mueff + 2),  # (51)
                (1 - c_1 - c_mu) / (n * c_mu),  # (52)
            )
            weights = weights + share * bad / -bad.sum()  # (53)
        # the 3 is that of the earlier papers, where the tutorial has 5
        c_sigma = (mueff + 2) / (n + mueff + 3)  # (55)
        excess = max(0.0, math.sqrt((mueff - 1) / (n + 1)) - 1)
        return cls(
            popsize=popsize,
            parents=mu,
            weights=weights,
            mueff=mueff,
            c_sigma=c_sigma,
            d_sigma=STEADY * (1 + 2 * excess + c_sigma),  # (55)
            c_c=(4 + mueff / n) / (n + 4 + 2 * mueff / n),  # (56)
            c_1=c_1,
            c_mu=c_mu,
            chi=math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
        )


class Covariance(ABC):
    """The matrix C and its square root, in units of the problem."""

    @abstractmethod
    def colour(self, z: Array) -> Array:
        """Rows of white noise with the covariance C instead."""

    @abstractmethod
    def whiten(self, y: Array) -> Array:
        """The inverse of `colour`: ``C^(-1/2) y`` of each row."""

    @abstractmethod
    def learn(self, keep: float, c_1: float, path: Array, w: Array, y: Array) -> None:
        """``keep C + c_1 path path' + sum_i w_i y_i y_i'``."""

    @abstractmethod
    def factor(self) -> None:
        """Bring the square root up to date."""

    @property
    @abstractmethod
    def lengths(self) -> Array:
        """Square roots of the eigenvalues."""

    @property
    @abstractmethod
    def deviations(self) -> Array:
        """Standard deviations of the coordinates."""


class Full(Covariance):
    """A matrix C and its symmetric root.

    Eigenvectors by themselves would turn with the last bits of C where eigenvalues are
    equal, as they are in the beginning; the root does not.
    """

    def __init__(self, n: int) -> None:
        self.C, self.root, self.inverse = np.eye(n), np.eye(n), np.eye(n)
        self.D = np.ones(n)

    def colour(self, z: Array) -> Array:
        return z @ self.root

    def whiten(self, y: Array) -> Array:
        return y @ self.inverse

    def learn(self, keep: float, c_1: float, path: Array, w: Array, y: Array) -> None:
        self.C *= keep
        self.C += np.outer(c_1 * path, path)
        self.C += (y.T * w) @ y

    def factor(self) -> None:
        self.C = (self.C + self.C.T) / 2
        squares, B = np.linalg.eigh(self.C)
        self.D = np.sqrt(np.maximum(squares, squares[-1] / (10 * WORST)))
        self.root, self.inverse = (B * self.D) @ B.T, (B / self.D) @ B.T

    @property
    def lengths(self) -> Array:
        return self.D

    @property
    def deviations(self) -> Array:
        return np.sqrt(np.maximum(np.diag(self.C), 0.0))


class Diagonal(Covariance):
    """Only the variances: linear in n, for very many coordinates."""

    def __init__(self, n: int) -> None:
        self.v, self.D = np.ones(n), np.ones(n)

    def colour(self, z: Array) -> Array:
        return z * self.D

    def whiten(self, y: Array) -> Array:
        return y / self.D

    def learn(self, keep: float, c_1: float, path: Array, w: Array, y: Array) -> None:
        self.v = keep * self.v + c_1 * path**2 + w @ (y * y)

    def factor(self) -> None:
        self.D = np.sqrt(np.maximum(self.v, self.v.max() / (10 * WORST)))

    @property
    def lengths(self) -> Array:
        return self.D

    @property
    def deviations(self) -> Array:
        return self.D


class Gaussian:
    r""":math:`m + \sigma\, \mathcal{N}(0, C)`, in units of the problem.

    Parameters
    ----------
    mean : ndarray of shape (n,)
        Where to begin.
    units : ndarray of shape (n,)
        First standard deviation of each coordinate.
    rates : Rates
        Weights and learning rates.
    C : Covariance
        The identity to begin with.
    """

    def __init__(self, mean: Array, units: Array, rates: Rates, C: Covariance) -> None:
        n = len(mean)
        self.mean, self.units, self.rates, self.C = mean, units, rates, C
        self.sigma, self.t = 1.0, 0
        self.path_sigma, self.path_c = np.zeros(n), np.zeros(n)
        pace = 10 * n * (rates.c_1 + rates.c_mu)
        self.every, self.factored = max(1.0, 1.0 / pace), 0  # Hansen (2016), B.2

    def sample(self, rng: Any) -> Array:
        """One population; equations (38)-(40)."""
        z = rng.standard_normal((self.rates.popsize, len(self.mean)))
        return self.mean + self.units * (self.sigma * self.C.colour(z))  # type: ignore[no-any-return]

    def update(self, points: Array) -> None:
        """Learn from a population in the order of its values, best first."""
        r, self.t = self.rates, self.t + 1
        y = (points - self.mean) / (self.sigma * self.units)
        move = r.weights[: r.parents] @ y[: r.parents]  # (41)
        self.mean = self.mean + self.sigma * self.units * move  # (42)
        fresh = math.sqrt(r.c_sigma * (2 - r.c_sigma) * r.mueff)
        self.path_sigma *= 1 - r.c_sigma
        self.path_sigma += fresh * self.C.whiten(move)  # (43)
        length = math.sqrt(float(self.path_sigma @ self.path_sigma))
        self._learn(y, move, length)
        pull = r.c_sigma / r.d_sigma * (length / r.chi - 1)
        self.sigma *= math.exp(min(1.0, pull))  # (44)
        if self.t - self.factored >= self.every:
            self.C.factor()
            self.factored = self.t

    def _learn(self, y: Array, move: Array, length: float) -> None:
        """The covariance, with negative weights for the worse half."""
        r, n = self.rates, len(self.mean)
        known = math.sqrt(1 - (1 - r.c_sigma) ** (2 * (self.t + 1)))
        still = length / known < (1.4 + 2 / (n + 1)) * r.chi
        self.path_c *= 1 - r.c_c
        if still:
            self.path_c += math.sqrt(r.c_c * (2 - r.c_c) * r.mueff) * move  # (45)
        white = self.C.whiten(y[r.parents :])
        squares = np.maximum(np.einsum("ij,ij->i", white, white), 1e-300)
        w = r.weights.copy()
        w[r.parents :] *= n / squares  # (46), the weights there being at most zero
        lost = 0.0 if still else r.c_1 * r.c_c * (2 - r.c_c)
        keep = 1 - r.c_1 - r.c_mu * float(r.weights.sum()) + lost
        self.C.learn(keep, r.c_1, self.path_c, r.c_mu * w, y)  # (47)

    @property
    def healthy(self) -> bool:
        """Whether all numbers are of a kind that sampling can go on from."""
        d = self.C.lengths
        fine = 1e-150 < self.sigma * d[-1] < 1e150 and np.isfinite(self.mean).all()
        return bool(fine and d.max() < math.sqrt(WORST) * d.min())

    @property
    def deviation(self) -> float:
        """Largest standard deviation of a coordinate, in units of the first."""
        steps = np.maximum(self.C.deviations, np.abs(self.path_c))
        return float(self.sigma * steps.max())
