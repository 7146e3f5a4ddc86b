"""Nothing small can be worked out of what is published: every breakdown up to four cells."""

import itertools
from collections import defaultdict

from farola.oversight import suppressed

_MOST = 10


def test_who_knows_the_rule_finds_two_values_for_whatever_is_left_out() -> None:
    """Cells that are published are as they were; all breakdowns that look alike are compared."""
    for cells in (2, 3, 4):
        alike: dict[tuple[tuple[int | None, ...], int | None], list[tuple[int, ...]]] = defaultdict(
            list
        )
        for counts in itertools.product(range(_MOST), repeat=cells):
            told, total = suppressed({str(at): count for at, count in enumerate(counts)})
            alike[(tuple(told.values()), total)].append(counts)
        for (told, _), possible in alike.items():
            for at, value in enumerate(told):
                values = {counts[at] for counts in possible}
                assert value is None or values == {value}
                # Only a small one needs to stay unknown.
                assert value is not None or len(values) > 1 or min(values) >= 5, possible
