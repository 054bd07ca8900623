"""Epochs of stochastic rules: gradient of a batch, then one move of every coordinate.

A rule gives ``begin(rate, t)``, scalars for update t, and ``move(c, g, w, slots, f)``,
the decrease of coordinate f and the step that its prox must take. Everything happens in
the units of `scale`: coordinate f is ``x[f] / scale[f]`` to the rule.
"""

from .._compile import kernel


@kernel(sums=True)
def advance(rule, penalty, c, scale, shift, x, g, slots, bound):
    """Move coordinates 0 ... bound - 1 and clear g; returns what centring must know.

    Columns are centred at `shift` without touching them: ``sum(shift * change)``.
    """
    drift = 0.0
    for f in range(bound):
        d = scale[f]
        decrease, step = rule.move(c, d * g[f], x[f] / d, slots, f)
        new = penalty.prox(x[f] - d * decrease, d * d * step, f)
        drift += shift[f] * (new - x[f])
        x[f] = new
        g[f] = 0.0
    return drift


@kernel(sums=True)
def epoch(
    rows, loss, penalty, rule, y, weights, rates, batch, order, scale, shift, intercept,
    x, g, slots, t,
):  # fmt: skip
    """One pass over the rows in `order`; x ends with the centred intercept if any."""
    p = shift.shape[0]
    bias = 0.0
    if intercept:
        bias = x[p]
        for j in range(p):
            bias -= shift[j] * x[j]
    for start in range(0, order.shape[0], batch):
        stop = min(start + batch, order.shape[0])
        total = 0.0
        for a in range(start, stop):
            i = order[a]
            q = (
                loss.slope(y[i], rows.row_dot(i, x) + bias)
                * weights[i]
                / (stop - start)
            )
            rows.row_axpy(i, q, g)
            total += q
        c = rule.begin(rates[start // batch], t)
        t += 1
        if intercept:
            for j in range(p):
                g[j] -= shift[j] * total
        drift = advance(rule, penalty, c, scale, shift, x, g, slots, p)
        if intercept:
            d = scale[p]
            decrease, _ = rule.move(c, d * total, x[p] / d, slots, p)
            x[p] -= d * decrease
            bias -= d * decrease + drift
    return t


@kernel(sums=True)
def lane_epoch(
    rows, loss, penalty, rule, y, weights, rates, batch, order, scale, shift, intercept,
    x, g, slots, bias, z, q, t,
):  # fmt: skip
    """As `epoch` for a vector-valued loss: x and g have shape (p + intercept, K)."""
    p, lanes = shift.shape[0], x.shape[1]
    for k in range(lanes):
        bias[k] = x[p, k] if intercept else 0.0
        for j in range(p):
            bias[k] -= shift[j] * x[j, k]
    total = z.copy()
    for start in range(0, order.shape[0], batch):
        stop = min(start + batch, order.shape[0])
        total[:] = 0.0
        for a in range(start, stop):
            i = order[a]
            z[:] = bias
            rows.row_dots(i, x, z)
            loss.slopes(y[i], z, q)
            for k in range(lanes):
                q[k] *= weights[i] / (stop - start)
                total[k] += q[k]
            rows.row_axpys(i, q, g)
        c = rule.begin(rates[start // batch], t)
        t += 1
        for j in range(p):
            for k in range(lanes):
                f, d, old = j * lanes + k, scale[j], x[j, k]
                slope = g[j, k] - (shift[j] * total[k] if intercept else 0.0)
                decrease, step = rule.move(c, d * slope, old / d, slots, f)
                x[j, k] = penalty.prox(old - d * decrease, d * d * step, j)
                g[j, k] = 0.0
                bias[k] -= shift[j] * (x[j, k] - old)
        if intercept:
            for k in range(lanes):
                d = scale[p]
                decrease, _ = rule.move(
                    c, d * total[k], x[p, k] / d, slots, p * lanes + k
                )
                x[p, k] -= d * decrease
                bias[k] -= d * decrease
    return t
