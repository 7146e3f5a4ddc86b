"""Motion that touches a person, or did a while ago: it is that person, wherever it goes."""

import numpy as np

from farola.redaction.grid import Cells, Grid

CARRY_US = 6_000_000
SPREAD = 4  # cells that cover grows along motion within one picture
_NEVER = np.iinfo(np.int64).min // 2


class Carry:
    """`support` says of each cell when somebody was last seen to be what moves there."""

    def __init__(self, grid: Grid) -> None:
        self._support = np.full((grid.rows, grid.columns), _NEVER, np.int64)

    def spread(self, at_us: int, foreground: Cells, people: Cells, others: Cells) -> Cells:
        """Moving cells that belong to `people` or, for half a second, to `others`."""
        support = self._support
        support[others] = np.maximum(support[others], at_us - CARRY_US + 500_000)
        support[people] = at_us
        for _ in range(SPREAD):
            grown = support.copy()
            np.maximum(grown[1:], support[:-1], out=grown[1:])
            np.maximum(grown[:-1], support[1:], out=grown[:-1])
            wide = grown.copy()
            np.maximum(wide[:, 1:], grown[:, :-1], out=wide[:, 1:])
            np.maximum(wide[:, :-1], grown[:, 1:], out=wide[:, :-1])
            support = np.where(foreground, wide, support)
        support[~(foreground | people | others)] = _NEVER
        self._support = support
        return foreground & (support > at_us - CARRY_US)

    def clear(self) -> None:
        self._support[:] = _NEVER
