"""Fairness and shedding, as pure functions of who asks when."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from farola.vision.turns import Turns

LANES = st.sampled_from("abcd")
STEPS = st.lists(st.one_of(LANES, st.none()), max_size=200)  # a lane asks, or a picture is taken


def test_lanes_take_turns() -> None:
    turns: Turns[str] = Turns()
    for number in range(3):
        turns.ask("greedy", f"greedy {number}", wait=True)
    turns.ask("modest", "modest 0", wait=False)
    order = [turns.next() for _ in range(4)]
    assert order == ["greedy 0", "modest 0", "greedy 1", "greedy 2"]
    assert turns.next() is None


def test_a_lane_that_cannot_wait_keeps_its_newest() -> None:
    turns: Turns[str] = Turns()
    assert turns.ask("live", "old", wait=False) is None
    assert turns.ask("live", "new", wait=False) == "old"
    assert turns.next() == "new"
    assert len(turns) == 0


def test_a_lane_that_stands_aside_lets_every_other_go_first() -> None:
    turns: Turns[str] = Turns()
    turns.ask("idle", "idle", wait=False, aside=True)
    for number in range(2):
        turns.ask("watched", f"watched {number}", wait=True)
    assert turns.ask("idle", "idle, newer", wait=False, aside=True) == "idle"
    assert len(turns) == 3
    assert [turns.next() for _ in range(4)] == ["watched 0", "watched 1", "idle, newer", None]


def test_asking_more_often_brings_no_earlier_turn() -> None:
    turns: Turns[int] = Turns()
    for lane in "abc":
        turns.ask(lane, 0, wait=False)
    turns.ask("c", 1, wait=False)
    turns.ask("c", 2, wait=False)
    assert [turns.next() for _ in range(3)] == [0, 0, 2]


@given(STEPS, st.booleans())
def test_every_picture_is_taken_or_shed_or_still_here(steps: list[str | None], wait: bool) -> None:
    turns: Turns[tuple[str, int]] = Turns()
    asked: list[tuple[str, int]] = []
    ended: list[tuple[str, int]] = []
    for number, lane in enumerate(steps):
        if lane is None:
            taken = turns.next()
            ended += [taken] if taken else []
        else:
            asked.append((lane, number))
            shed = turns.ask(lane, (lane, number), wait=wait)
            assert shed is None or (not wait and shed[0] == lane)
            ended += [shed] if shed else []
    left = turns.clear()
    assert Counter(asked) == Counter(ended + left)
    assert len(turns) == 0
    for lane in "abcd":
        own = [number for name, number in ended if name == lane]
        assert own == sorted(own)


@given(STEPS)
def test_between_two_turns_of_a_lane_every_waiting_lane_has_one(steps: list[str | None]) -> None:
    turns: Turns[str] = Turns()
    waiting: Counter[str] = Counter()
    since: dict[str, set[str]] = {}  # who has had a turn since each lane began to wait
    for lane in steps:
        if lane is not None:
            turns.ask(lane, lane, wait=True)
            if not waiting[lane]:
                since[lane] = set()
            waiting[lane] += 1
            continue
        taken = turns.next()
        if taken is None:
            continue
        waiting[taken] -= 1
        for other in [name for name, count in waiting.items() if count and name != taken]:
            assert taken not in since[other], f"{taken} had two turns while {other} waited"
            since[other].add(taken)
        since[taken] = set()


def test_who_gives_up_is_taken_out() -> None:
    turns: Turns[str] = Turns()
    turns.ask("a", "1", wait=True)
    turns.ask("a", "2", wait=True)
    assert turns.remove("a", "1")
    assert not turns.remove("a", "1")
    assert not turns.remove("b", "1")
    assert turns.next() == "2"
    turns.ask("a", "3", wait=True)
    assert turns.remove("a", "3")
    assert turns.next() is None
