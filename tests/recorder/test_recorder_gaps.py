from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from farola.base import Kind
from farola.model import Gap, StreamKind
from farola.recorder.gaps import GapBook


class Saved:
    def __init__(self) -> None:
        self.rows: dict[int, Gap] = {}

    def save(self, gap: Gap) -> None:
        self.rows[gap.start_us] = gap

    def told(self) -> list[tuple[int, int | None, Kind]]:
        return [(gap.start_us, gap.end_us, gap.reason) for gap in self.rows.values()]


def book(saved: Saved, until: int | None = None) -> GapBook:
    return GapBook("cam-1", StreamKind.MAIN, saved.save, covered_until_us=until)


def test_a_gap_lasts_from_the_last_picture_to_the_next() -> None:
    saved = Saved()
    gaps = book(saved)
    gaps.covered(0, 1_000)
    gaps.missing(Kind.UNREACHABLE, "", 5_000)
    gaps.missing(Kind.UNREACHABLE, "", 6_000)
    gaps.covered(9_000, 10_000)
    assert saved.told() == [(1_000, 9_000, Kind.UNREACHABLE)]
    assert gaps.count == 1


def test_another_reason_begins_another_gap() -> None:
    saved = Saved()
    gaps = book(saved, until=1_000)
    gaps.missing(Kind.UNREACHABLE, "", 5_000)
    gaps.missing(Kind.WRONG_PASSWORD, "", 8_000)
    gaps.covered(9_000, 10_000)
    assert saved.told() == [
        (1_000, 8_000, Kind.UNREACHABLE),
        (8_000, 9_000, Kind.WRONG_PASSWORD),
    ]


def test_a_gap_that_the_catalogue_holds_open_goes_on() -> None:
    saved = Saved()
    lasting = Gap("cam-1", StreamKind.MAIN, 500, None, Kind.RECORDER_KILLED, "")
    gaps = GapBook("cam-1", StreamKind.MAIN, saved.save, covered_until_us=500, open_gap=lasting)
    gaps.covered(2_000, 3_000)
    assert saved.told() == [(500, 2_000, Kind.RECORDER_KILLED)]


def test_a_hole_inside_a_run_is_a_gap_with_its_reason() -> None:
    saved = Saved()
    gaps = book(saved)
    gaps.covered(0, 1_000)
    gaps.covered(5_000, 6_000, Kind.PACKETS_LOST)
    gaps.covered(6_001, 7_000)
    assert saved.told() == [(1_000, 5_000, Kind.PACKETS_LOST)]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 1_000), st.sampled_from(list(Kind)))))
def test_gaps_never_overlap_and_only_the_last_is_open(
    steps: list[tuple[bool, int, Kind]],
) -> None:
    saved = Saved()
    gaps = book(saved)
    now = 0
    for recorded, length, reason in steps:
        if recorded:
            gaps.covered(now, now + length)
        else:
            gaps.missing(reason, "", now + length)
        now += length
    told = sorted(saved.told())
    for (_, end, _), (start, _, _) in pairwise(told):
        assert end is not None
        assert end <= start
