"""Red lines: everybody gets the redacted rendition, and no word leads to another one."""

import ast
import inspect
from pathlib import Path

import pytest
from gate_acts import Written
from hypothesis import given
from hypothesis import strategies as st
from test_gate_rules import CAMERA, LOOKS, SOMEBODY, Sources, look

from farola.access import GrantBook
from farola.base import Error, Kind, ManualClock
from farola.gate import Gate, Looks, Viewer, decide
from farola.gate.rules import RULES, Look, original_under_grant, signed_in
from farola.model import Act, Assignment, Person, Rendition, Role, Span

SOURCE = Path(__file__).parents[2] / "src" / "farola"

# Who may write `Rendition.ORIGINAL`: who gives the originals out, who wires them to the gate, and
# the list of what only a grant lets be seen, by which looks are counted. Likewise for one thing.
NAMING_THE_ORIGINAL = {
    "playback/playback.py",
    "app/town.py",
    "gate/rules.py",
    "model/recording.py",
}
NAMING_ONE_THING = {
    "playback/redacted.py",
    "gate/gate.py",
    "gate/rules.py",
    "model/recording.py",
}


class Untouchable:
    """The originals: whatever is asked of them fails the test."""

    rendition = Rendition.ORIGINAL

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the original was asked for its {name}")


LOOKED = Looks(Written(), ManualClock())
NONE = GrantBook(ManualClock())


def both(sources: Sources) -> Gate:
    originals = Untouchable()
    return Gate(
        live={Rendition.ORIGINAL: originals, Rendition.REDACTED: sources},  # type: ignore[dict-item]
        playback={Rendition.ORIGINAL: originals, Rendition.REDACTED: sources},  # type: ignore[dict-item]
        looks=LOOKED,
        grants=NONE,
    )


@pytest.mark.parametrize("what", LOOKS)
async def test_the_original_is_never_asked_for(what: str) -> None:
    sources = Sources()
    admitted = await look(both(sources), what, SOMEBODY)
    assert admitted.rendition is Rendition.REDACTED
    assert sources.asked == [what]


@pytest.mark.parametrize("what", LOOKS)
async def test_no_original_stands_in_for_a_missing_redaction(what: str) -> None:
    originals = Untouchable()
    gate = Gate(
        live={Rendition.ORIGINAL: originals},  # type: ignore[dict-item]
        playback={Rendition.ORIGINAL: originals},  # type: ignore[dict-item]
        looks=LOOKED,
        grants=NONE,
    )
    with pytest.raises(Error) as caught:
        await look(gate, what, SOMEBODY)
    assert caught.value.kind is Kind.UNAVAILABLE


def test_originals_cannot_be_wired_as_redacted() -> None:
    with pytest.raises(ValueError, match="original"):
        Gate(live={}, playback={Rendition.REDACTED: Untouchable()}, looks=LOOKED, grants=NONE)  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="original"):
        Gate(live={Rendition.REDACTED: Untouchable()}, playback={}, looks=LOOKED, grants=NONE)  # type: ignore[dict-item]


@given(
    person=st.builds(
        Person,
        st.text(),
        st.text(),
        st.integers(),
        st.frozensets(st.builds(Assignment, st.sampled_from(Role), st.none())),
        st.booleans(),
    ),
    start_us=st.integers(0, 1 << 52),
    length_us=st.integers(1, 1 << 52),
    live=st.booleans(),
)
def test_whoever_looks_whenever_without_a_grant_sees_the_redacted(
    person: Person, start_us: int, length_us: int, live: bool
) -> None:
    span = None if live else Span(start_us, start_us + length_us)
    if person.may(Act.WATCH, CAMERA.groups):
        assert decide(Look(Viewer(person), CAMERA, span)) is Rendition.REDACTED
    else:
        with pytest.raises(Error) as caught:
            decide(Look(Viewer(person), CAMERA, span))
        assert caught.value.kind is Kind.FORBIDDEN


@given(st.permutations([signed_in, original_under_grant, lambda look, rendition: rendition]))
def test_no_rule_gives_back_more_than_it_was_given(order: list[object]) -> None:
    viewed = Look(SOMEBODY, CAMERA, None)
    rendition = Rendition.REDACTED
    for rule in order:
        rendition = rule(viewed, rendition)  # type: ignore[operator]
        assert rendition is Rendition.REDACTED


@pytest.mark.parametrize("rendition", list(Rendition))
def test_without_a_grant_the_last_rule_narrows_whatever_came_before(rendition: Rendition) -> None:
    assert RULES[-1] is original_under_grant
    look = Look(SOMEBODY, CAMERA, None)
    assert original_under_grant(look, rendition) is Rendition.REDACTED


def test_no_look_can_wish_for_a_rendition() -> None:
    asked = [decide, Look, *(getattr(Gate, name) for name in LOOKS)]
    for call in asked:
        for parameter in inspect.signature(call).parameters.values():
            assert "rendition" not in parameter.name, call
            assert "Rendition" not in str(parameter.annotation), call


def test_the_original_is_named_where_it_is_made_and_wired_alone() -> None:
    for rendition, places in {
        "ORIGINAL": NAMING_THE_ORIGINAL,
        "ONE_THING": NAMING_ONE_THING,
    }.items():
        naming = {
            path.relative_to(SOURCE).as_posix()
            for path in SOURCE.rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and node.attr == rendition
        }
        assert naming == places, rendition
    # Nor may a rendition be made out of a word that came from outside.
    making = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Rendition"
    }
    assert making == set()
