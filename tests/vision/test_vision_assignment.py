"""Against SciPy's solver, which the tracker does without."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from farola.vision.assignment import assign

CANNOT = 1e6
COSTS = st.integers(0, 6).flatmap(
    lambda columns: st.lists(
        st.dictionaries(st.integers(0, max(0, columns - 1)), st.integers(0, 20).map(float)),
        max_size=7,
    )
)


@given(COSTS)
def test_as_many_and_as_cheap_as_scipys(costs: list[dict[int, float]]) -> None:
    pairs = assign(costs)
    assert all(column in costs[row] for row, column in pairs)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    width = 1 + max((column for row in costs for column in row), default=0)
    table = np.full((len(costs), width), CANNOT)
    for row, columns in enumerate(costs):
        for column, cost in columns.items():
            table[row, column] = cost
    best = [
        float(table[row, column])
        for row, column in zip(*linear_sum_assignment(table), strict=True)
        if table[row, column] < CANNOT
    ]
    assert len(pairs) == len(best)
    assert sum(costs[row][column] for row, column in pairs) == sum(best)


def test_the_cheapest_together_is_not_the_cheapest_first() -> None:
    assert sorted(assign([{0: 1.0, 1: 2.0}, {0: 1.5, 1: 9.0}])) == [(0, 1), (1, 0)]


def test_nothing_to_pair() -> None:
    assert assign([]) == []
    assert assign([{}, {}]) == []
