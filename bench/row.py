"""What a measurement hands back: rows of a table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure.

    `what` says what was measured, in words that stand alone ("CPU per camera, 40 cameras").
    `unit` is a plain unit ("ms", "% of a core", "MB", "frames", "×").
    `at_most` / `at_least` are the budget from docs/design/architecture.md, if there is one.
    `peer` is the same figure of the program that this was compared with, in the same run, named in
    `peer_name`.
    """

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    peer: float | None = None
    peer_name: str = ""

    @property
    def within(self) -> bool | None:
        """Whether the budget is kept; None where there is none."""
        if self.at_most is None and self.at_least is None:
            return None
        low_enough = self.at_most is None or self.value <= self.at_most
        high_enough = self.at_least is None or self.value >= self.at_least
        return low_enough and high_enough
