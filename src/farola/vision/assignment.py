"""Pairs two sets at the least total cost (Kuhn and Munkres, with shortest augmenting paths).

SciPy has the same, and loading it takes longer than a short film's tracks: half a second of
processor time, in every process that follows anything. A tracker's problems are tiny once what
cannot go together is taken apart, so each group of rows and columns that could is solved alone.
"""

from collections.abc import Sequence

type _Row = dict[int, float]
"""Column -> cost; a column that is missing cannot go with the row."""


def assign(costs: Sequence[_Row]) -> list[tuple[int, int]]:
    """(row, column) pairs: as many as can be made, and of those the cheapest together.

    Costs are finite and not negative.
    """
    pairs = []
    for rows in _groups(costs):
        if len(rows) == 1 and costs[rows[0]]:
            row = costs[rows[0]]
            pairs.append((rows[0], min(row, key=row.__getitem__)))
        elif len(rows) > 1:
            pairs += _solve(rows, costs)
    return pairs


def _groups(costs: Sequence[_Row]) -> list[list[int]]:
    """Rows that share columns, directly or through others."""
    by_column: dict[int, list[int]] = {}
    for row, columns in enumerate(costs):
        for column in columns:
            by_column.setdefault(column, []).append(row)
    groups, left = [], set(range(len(costs)))
    while left:
        ahead, group = [left.pop()], []
        while ahead:
            row = ahead.pop()
            group.append(row)
            for column in costs[row]:
                near = left.intersection(by_column[column])
                left -= near
                ahead += near
        groups.append(sorted(group))
    return groups


def _solve(rows: list[int], costs: Sequence[_Row]) -> list[tuple[int, int]]:
    """The pairs of one group. Each row may also stay alone, at a price that no pairing reaches."""
    columns = sorted({column for row in rows for column in costs[row]})
    alone = 1.0 + 2 * sum(max(costs[row].values(), default=0.0) for row in rows)
    # One column of its own for each row that stays alone; others may not take it.
    table = [
        [costs[row].get(column, alone * 4 * len(rows)) for column in columns]
        + [alone if other == row else alone * 4 * len(rows) for other in rows]
        for row in rows
    ]
    owner = _shortest_paths(table)
    return [
        (rows[row], columns[at])
        for at, row in enumerate(owner[: len(columns)])
        if row is not None and columns[at] in costs[rows[row]]
    ]


def _shortest_paths(table: list[list[float]]) -> list[int | None]:
    """Column -> row of the cheapest complete pairing of the rows (no more rows than columns).

    Row by row, along the path of least reduced cost to a free column; `price` and `worth` keep all
    reduced costs from becoming negative.
    """
    width = len(table[0])
    owner: list[int | None] = [None] * width
    price, worth = [0.0] * len(table), [0.0] * width
    for start in range(len(table)):
        least = [float("inf")] * width
        before: list[int | None] = [None] * width
        done: list[int] = []
        row, came_from = start, None
        reached: int | None = None
        while reached is None:
            best, delta = -1, float("inf")
            for column in range(width):
                if column in done:
                    continue
                reduced = table[row][column] - price[row] - worth[column]
                if reduced < least[column]:
                    least[column], before[column] = reduced, came_from
                if least[column] < delta:
                    best, delta = column, least[column]
            price[start] += delta
            for column in done:
                taken = owner[column]
                assert taken is not None
                price[taken] += delta
                worth[column] -= delta
            for column in range(width):
                if column not in done:
                    least[column] -= delta
            done.append(best)
            came_from = best
            if owner[best] is None:
                reached = best
            else:
                row = owner[best]  # type: ignore[assignment]
        while reached is not None:
            previous = before[reached]
            owner[reached] = start if previous is None else owner[previous]
            reached = previous
    return owner
