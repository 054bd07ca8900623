"""Epochs of stochastic rules: gradient of a batch, then one move of every coordinate.

A rule gives ``begin(rate, t, memory)``, scalars for update t, and ``move(c, g, u,
slots, f)``, the decrease of coordinate f and the step that its prox must take. Rows and
penalty are in the units of the rule: scaled already, and centred unless `shift` says
where.
"""

from .._compile import kernel


@kernel(sums=True)
def advance(rule, penalty, c, u, g, slots, bound):
    """Move coordinates 0 ... bound - 1 and clear g."""
    for f in range(bound):
        decrease, step = rule.move(c, g[f], u[f], slots, f)
        u[f] = penalty.prox(u[f] - decrease, step, f)
        g[f] = 0.0


@kernel
def report(rule, u, slots, memory, out):
    """The coefficients that the coordinates stand for."""
    for f in range(u.shape[0]):
        out[f] = rule.report(u[f], slots, f, memory)


@kernel(sums=True)
def dot(a, b, bound):
    """``a[:bound] @ b[:bound]``."""
    total = 0.0
    for j in range(bound):
        total += a[j] * b[j]
    return total


@kernel(sums=True)
def epoch(
    rows, loss, penalty, rule, y, weights, rates, batch, order, shift, lift,
    u, g, slots, memory, t,
):  # fmt: skip
    """One pass over the rows in `order`.

    Behind the coefficients u holds the intercept in its own unit `lift`, if any;
    `shift` is empty where the rows are centred.
    """
    p, centre = g.shape[0], shift.shape[0] > 0
    intercept = u.shape[0] > p
    for start in range(0, order.shape[0], batch):
        stop = min(start + batch, order.shape[0])
        bias = lift * u[p] if intercept else 0.0
        if centre:
            bias -= dot(shift, u, p)
        total = 0.0
        for a in range(start, stop):
            i = order[a]
            q = loss.slope(y[i], rows.row_dot(i, u) + bias)
            q *= weights[i] / (stop - start)
            rows.row_axpy(i, q, g)
            total += q
        c = rule.begin(rates[start // batch], t, memory)
        t += 1
        if centre:
            for j in range(p):
                g[j] -= shift[j] * total
        advance(rule, penalty, c, u, g, slots, p)
        if intercept:
            decrease, _ = rule.move(c, lift * total, u[p], slots, p)
            u[p] -= decrease
    return t


@kernel(sums=True)
def lane_epoch(
    rows, loss, penalty, rule, y, weights, rates, batch, order, shift, lift,
    u, g, slots, memory, bias, z, q, t,
):  # fmt: skip
    """As `epoch` for a vector-valued loss: u has shape (p + intercept, K)."""
    p, lanes, centre = g.shape[0], g.shape[1], shift.shape[0] > 0
    intercept = u.shape[0] > p
    total = bias.copy()
    for start in range(0, order.shape[0], batch):
        stop = min(start + batch, order.shape[0])
        for k in range(lanes):
            bias[k] = lift * u[p, k] if intercept else 0.0
            total[k] = 0.0
        if centre:
            for j in range(p):
                for k in range(lanes):
                    bias[k] -= shift[j] * u[j, k]
        for a in range(start, stop):
            i = order[a]
            z[:] = bias
            rows.row_dots(i, u, z)
            loss.slopes(y[i], z, q)
            for k in range(lanes):
                q[k] *= weights[i] / (stop - start)
                total[k] += q[k]
            rows.row_axpys(i, q, g)
        c = rule.begin(rates[start // batch], t, memory)
        t += 1
        for j in range(p):
            for k in range(lanes):
                slope = g[j, k] - (shift[j] * total[k] if centre else 0.0)
                decrease, step = rule.move(c, slope, u[j, k], slots, j * lanes + k)
                u[j, k] = penalty.prox(u[j, k] - decrease, step, j)
                g[j, k] = 0.0
        if intercept:
            for k in range(lanes):
                f = p * lanes + k
                decrease, _ = rule.move(c, lift * total[k], u[p, k], slots, f)
                u[p, k] -= decrease
    return t
