"""The dual of a linear model with a ridge: where coordinate ascent stands."""

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import linalg

from .._compile import readonly
from .._matrices import diagonal
from ..kernels import dual as kernels
from ..kernels.rows import products
from ._second_order import SMALL, representable

if TYPE_CHECKING:
    from ._linear_point import LinearLine, LinearPoint
    from .linear import LinearProblem

Array = np.ndarray

FACE = 500  # samples on the kink of their loss up to which a system is solved
EPS = 1e-12  # of the trace: a face that is flat somewhere has a factor still
LEAVING = 20  # samples that may leave the face in a row
REFINEMENTS = 4  # of the solution of a Newton system with a preconditioner
CACHED = 2e6  # entries about which a cache no longer holds them
LINES = 100  # entries of a run, if its rows are not too long
SHORTEST_RUN, LONGEST_RUN = 2, 8  # rows
SHARE = 0.05  # of the length of rows: how far a sample moves the intercept (measured)
CALM = 1e12  # the model of the first slopes predicts less than one over this: nothing


def run_of(design: Any) -> int:
    """How many consecutive rows an epoch visits together.

    Memory is read in lines, which counts where rows are short, or a cache does not hold
    the data. Elsewhere the order had better be random: alike rows in a row teach less.
    """
    if design.nnz > CACHED:
        return LONGEST_RUN
    short = LINES * design.shape[0] / max(design.nnz, 1)
    return min(max(round(short), SHORTEST_RUN), LONGEST_RUN)


class Witness:
    """Slopes that are no point's: what a certificate needs of them."""

    def __init__(
        self,
        problem: "LinearProblem",
        slopes: Array,
        curvatures: Array,
        pull: Array | None = None,
    ) -> None:
        self.slopes, self._curvatures = slopes, curvatures
        self._weights = problem.response.weights
        if pull is None:
            problem.counts.gradients += 1
            pull = problem.pull_weighted(slopes)
        self._pull = pull

    @property
    def loss_gradient(self) -> Array:
        """The weighted sums of the slopes, of the size of x."""
        return self._pull

    @property
    def curvatures(self) -> Array:
        """Curvature of each sample where it has this slope."""
        return self._curvatures

    @property
    def mean_curvatures(self) -> Array:
        """Their weighted mean."""
        return np.asarray(self._weights @ self._curvatures)

    def pair(self, a: int, b: int) -> Array:
        """The curvatures: a sample has one prediction."""
        return self._curvatures

    def curve(self, v: Array) -> Array:
        """Each sample's curvature times v."""
        return self._curvatures * v


def linearised(
    problem: "LinearProblem", point: "LinearPoint", solve: Any, goal: float
) -> "LinearPoint":
    """Slopes to which a Newton step from `point` would lead, if losses were quadratic.

    With them the gap is about ``g' H^-1 g / 2``, in the metric of the Hessian H, where
    the point's own slopes give the ridge's: the square of the gradient on a column of
    large numbers counts as much as it is worth. `solve` is a preconditioner's.
    """
    ridge, slopes, residual = problem.ridge(point.x), point.slopes, point.gradient
    x, held = point.x, ridge > 0
    enough = 0.2 * goal * point.objective
    left = float(np.sum(residual[held] ** 2 / ridge[held]))
    for further in reversed(range(REFINEMENTS)):
        step = solve(residual)
        x, slopes = x - step, slopes - point.curve(problem.push(step))
        witness = point.sloping(slopes)
        residual = witness.loss_gradient + ridge * x
        before, left = left, float(np.sum(residual[held] ** 2 / ridge[held]))
        if left <= enough or not left * (left / before) ** further <= enough:
            break  # it is there, or will not be
    return witness


def stepped(
    problem: "LinearProblem", line: "LinearLine", product: Any
) -> "LinearPoint":
    """Slopes to which Newton's step led, had losses been quadratic where it began.

    They need no pass over the data: their sums are what the Hessian, whose `product` is
    given, makes of the step. To second order they are those of its end, where the gap
    is about the square of what it was before.
    """
    point, d = line.origin, line.direction
    witness = point.sloping(point.slopes + point.curve(line.dz))
    bent = product(d) - problem.ridge(point.x) * d
    witness.loss_gradient = point.loss_gradient + bent
    return witness


class Ascent:
    """Slopes of all samples and the model that they make.

    An unpenalised intercept asks that the weighted slopes sum to zero. It is followed
    by the method of multipliers: it moves with the slopes as if it had a ridge, and the
    centre of that ridge moves to where it is after each epoch.

    Parameters
    ----------
    problem : LinearProblem
        With a ridge on every column and a convex loss of one prediction per sample.
    x : ndarray of shape (size,)
        Where to begin. Without coefficients that is at slopes near zero, else at the
        slopes of this model.
    rough : bool, default=False
        Whether epochs may be in single precision, where that costs less.
    """

    def __init__(
        self, problem: "LinearProblem", x: Array, rough: bool = False
    ) -> None:
        self.problem = problem
        response, p = problem.response, problem.n_columns
        ridge = problem.ridge(x)[:p]
        self.units, self.gain = np.ones(p), 1.0 / float(ridge[0]) if p else 1.0
        design = problem.design
        if p and ridge.min() < ridge.max():
            self.units, self.gain = 1.0 / np.sqrt(ridge), 1.0
            every = design.take(np.arange(design.shape[0]))
            design, _ = every.in_units(self.units, np.zeros(p))
        self.n = design.shape[0]
        rows = design.rough_rows if rough and self._roundable() else None
        self.rough, self.design = rows is not None, design
        self.rows = (rows or design.rows).record()
        lengths = kernels.squares(self.rows, readonly(np.ones(p)), self.n)
        self.lift = 0.0
        if problem.fit_intercept:
            self.lift = self.gain * float(response.weights @ lengths) or 1.0
            if not response.loss.kinked:
                self.lift = SHARE * self.lift + 1.0 / response.max_curvature
        self.q = readonly(response.weights * (self.gain * lengths + self.lift))
        self.s, self.u = np.zeros(self.n), np.zeros(self.n)
        self.still, self.rest = np.zeros((2, self.n), np.int32)
        self.run = run_of(design)
        self._begin(x)

    def _begin(self, x: Array) -> None:
        problem, response = self.problem, self.problem.response
        w, b = problem.unpack(x)
        self.w = np.zeros(len(w) + 1, np.float32 if self.rough else np.float64)
        self.w[-1] = float(b)
        if w.any():
            self.u[:] = problem.push(x)
            self.s[:] = response.jets(self.u)[1]
            self._remake()
        else:
            far = CALM * self.n * max(float(np.max(self.q)), 1.0)
            y: Array = response.y
            which: Any = slice(None)
            if response.loss.labels:  # all samples of a class begin alike
                y, which = np.unique(y, return_inverse=True)
            u, s = np.zeros((2, len(y)))
            z = readonly(np.full(len(y), float(b)))
            kernels.calm(response.record, readonly(y), far, z, s, u)
            self.s, self.u = s[which], u[which]

    def _roundable(self) -> bool:
        """Whether single precision can do, and a copy of the data pays."""
        problem = self.problem
        if problem.design.sparse or problem.design.nnz <= SMALL:
            return False
        return not problem.response.loss.kinked and representable(problem)

    def refine(self) -> None:
        """Go on in double precision."""
        self.rows, self.rough = self.design.rows.record(), False
        self.w = self.w.astype(np.float64)

    def _remake(self) -> None:
        """The coefficients of the slopes, without rounding errors carried along."""
        self.pull = self.problem.design.tdot(self.problem.response.weigh(self.s))
        self.coef = -self.gain * self.units * self.pull
        self.w[:-1] = self.coef

    def epoch(self, order: Array) -> float:
        """Visit runs of rows in this order; an estimate of the gap that it closed."""
        response = self.problem.response
        closed = kernels.ascend(
            self.rows, response.record, response.y, response.weights, self.q,
            self.gain, self.lift, readonly(order), self.run,
            self.w, self.s, self.u, self.still, self.rest,
        )  # fmt: skip
        self.w[-1] -= self.lift * float(response.weights @ self.s)
        return float(closed)

    def settle(self) -> None:
        """Take samples on the kink of their loss to where all of them are on it.

        An active set method on the face of the dual in which coordinate ascent has come
        to be: a step ends where the first slope reaches its end, whose sample leaves
        the face. Of use only where the face is small.
        """
        if not self.problem.response.loss.kinked:
            return
        for _ in range(LEAVING):
            if self._slide():
                break
        self.rest[:] = 0

    def _slide(self) -> bool:
        """One step; whether it was the last of use."""
        y, weights = self.problem.response.y, self.problem.response.weights
        a = -y * self.s
        kink = np.flatnonzero((a > 0) & (a < 1) & (weights > 0))
        if not 0 < len(kink) <= FACE:
            return True
        try:
            step = self._face_step(kink, y[kink], float(weights @ self.s))
        except linalg.LinAlgError:
            return True
        change = step[:-1] * y[kink] / weights[kink]
        room = np.where(change > 0, 1 - a[kink], a[kink])
        room /= np.maximum(np.abs(change), 1e-300)
        part, first = float(np.min(room)), int(np.argmin(room))
        whole = part >= 1.0
        part = min(part, 1.0)
        ends = np.clip(a[kink] + part * change, 0.0, 1.0)
        if not whole:
            ends[first] = float(change[first] > 0)
        a[kink] = ends
        self.s = -y * a
        self._remake()
        self.w[-1] += part * step[-1]
        return whole

    def _face_step(self, kink: Array, goals: Array, total: float) -> Array:
        """The weighted change of each slope that brings predictions to their goals, and
        that of the intercept. Where no change does, it is one that gains long enough.
        """
        k, free = len(kink), self.problem.fit_intercept
        ones = readonly(np.ones(len(self.w) - 1))
        gram = self.gain * products(self.rows, readonly(kink), ones)
        diagonal(gram)[:] += EPS * max(float(np.trace(gram)), 1e-300)
        z = self.design.dot(self.w[:-1])[kink] + self.w[-1]
        factor = linalg.cho_factor(gram, lower=True, check_finite=False)
        sides = np.column_stack([goals - z, np.ones(k)])
        alone, constant = linalg.cho_solve(factor, sides, check_finite=False).T
        bias = (alone.sum() - total) / constant.sum() if free else 0.0
        return np.append(alone - bias * constant, bias)

    @property
    def runs(self) -> int:
        """Number of runs of rows."""
        return -(-self.n // self.run)

    def point(self) -> "LinearPoint":
        """The model, with the best intercept for its coefficients."""
        self._remake()
        problem = self.problem
        x = problem.pack(self.units * self.coef, float(self.w[-1]))
        if problem.fit_intercept:
            z = problem.push(x)
            x[-1] += problem.response.balance(z)
        return problem.at(x)

    def witness(self) -> Witness:
        """The slopes, balanced where there is an intercept and classes have signs."""
        response, slopes, pull = self.problem.response, self.s.copy(), None
        if not self.problem.fit_intercept:
            pull = self.pull / self.units
        if self.problem.fit_intercept and response.loss.labels:
            parts = response.weights * slopes
            up, down = float(parts[parts > 0].sum()), -float(parts[parts < 0].sum())
            least = min(up, down)
            shares = np.where(slopes > 0, least / (up or 1.0), least / (down or 1.0))
            slopes = slopes * shares
        return Witness(self.problem, slopes, response.jets(self.u)[2], pull)
