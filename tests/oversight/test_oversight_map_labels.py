"""Labels on the map: none covers another, a point, or the edge."""

from hypothesis import given, settings
from hypothesis import strategies as st

from farola.oversight.map_labels import Box, label_box, place_labels

_POINTS = st.tuples(st.floats(0, 760), st.floats(0, 420))


def over(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@settings(deadline=None)
@given(st.lists(st.tuples(_POINTS, st.text("aW", min_size=1, max_size=40)), max_size=30))
def test_no_label_covers_another_or_a_point(made: list[tuple[tuple[float, float], str]]) -> None:
    points, labels = [each for each, _ in made], [label for _, label in made]
    spots = place_labels(points, labels, 760, 420)
    assert len(spots) == len(points)
    boxes = [
        label_box(spot, 7.6 * len(label))
        for spot, label in zip(spots, labels, strict=True)
        if spot is not None
    ]
    for number, box in enumerate(boxes):
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= 760
        assert box[3] <= 420
        assert not any(over(box, other) for other in boxes[:number])
        assert not any(over(box, (x - 8, y - 8, x + 8, y + 8)) for x, y in points)


def test_one_in_the_middle_is_labelled_to_the_right_and_one_at_the_edge_to_the_left() -> None:
    middle, edge = place_labels([(300.0, 200.0), (755.0, 200.0)], ["Plaza", "Puente"], 760, 420)
    assert middle is not None
    assert edge is not None
    assert middle[0] > 300
    assert edge[0] < 755


def test_of_many_at_one_place_the_first_ones_are_labelled() -> None:
    spots = place_labels([(300.0, 200.0)] * 9, ["Plaza"] * 9, 760, 420)
    assert [spot is not None for spot in spots] == [True] * 4 + [False] * 5
