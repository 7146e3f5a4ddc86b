"""A darkroom that a hostile picture has taken over can say anything; its owner believes little."""

import sys
from pathlib import Path
from typing import Any

import darkroom_world as world
import lying_darkroom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.app import darkroom_child
from farola.app.darkroom_claims import Claims
from farola.base import Error, Kind
from farola.media import length_prefixed
from farola.model import CoverState

PLAIN = world.film(world.textures(2))
SETS = PLAIN.config.parameter_sets


def encoded(sets: tuple[bytes, ...]) -> list[str]:
    from base64 import b64encode

    return [b64encode(each).decode() for each in sets]


HONEST: dict[str, Any] = {
    "lane": 1,
    "media": 9_000,
    "key": True,
    "whole": None,
    "mask": 0,
    "sets": encoded(SETS),
    "width": world.WIDTH,
    "height": world.HEIGHT,
}
NALS = length_prefixed((b"\x65\x88\x84",))


@pytest.mark.parametrize("lie", lying_darkroom.LIES)
async def test_no_lie_becomes_a_picture(lie: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Path(lying_darkroom.__file__)
    monkeypatch.setattr(darkroom_child, "COMMAND", (sys.executable, str(program), lie))
    failures: list[Error] = []
    with pytest.raises(Error) as failed:
        async with world.darkroom(failures=failures) as room:
            await world.covered(room, PLAIN.job())
    assert failed.value.kind in {Kind.PROTOCOL_VIOLATION, Kind.DECODER_FAILED}


def test_what_is_honest_is_believed() -> None:
    unit = Claims(stills=False).unit(HONEST, NALS)
    assert (unit.width, unit.height, unit.media, unit.payload) == (320, 240, 9_000, NALS)
    assert unit.parameter_sets == SETS
    assert unit.cover.state is CoverState.COVERED


LIES = {
    "an odd size": HONEST | {"width": 322},
    "another size": HONEST | {"height": 64},
    "a kind that is none": HONEST | {"whole": "because"},
    "a mask beyond the payload": HONEST | {"mask": 1_000},
    "a negative mask": HONEST | {"mask": -1},
    "a time that is no number": HONEST | {"media": 1.5},
    "a time beyond all": HONEST | {"media": 1 << 70},
    "a key that is none": HONEST | {"key": 1},
    "too many sets": HONEST | {"sets": encoded(SETS) * 8},
    "sets that are no text": HONEST | {"sets": [7]},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_a_picture_is_refused(lie: str) -> None:
    with pytest.raises(Error) as refused:
        Claims(stills=False).unit(LIES[lie], NALS)
    assert refused.value.kind is Kind.PROTOCOL_VIOLATION


@pytest.mark.parametrize("payload", [b"", b"\0\0\0\0", b"\0\0\0\x09\x65", b"\xff\xff\xff\xff\x65"])
def test_nal_units_must_hold_together(payload: bytes) -> None:
    with pytest.raises(Error):
        Claims(stills=False).unit(HONEST, payload)


def test_time_never_goes_back() -> None:
    claims = Claims(stills=False)
    claims.unit(HONEST, NALS)
    with pytest.raises(Error):
        claims.unit(HONEST, NALS)


def test_a_reason_that_no_picture_can_have_is_told_as_a_failure() -> None:
    unit = Claims(stills=False).unit(HONEST | {"whole": Kind.KEY_DESTROYED}, NALS)
    assert unit.cover.reason is Kind.DETECTOR_FAILED


def test_what_went_in_never_comes_out_as_it_was() -> None:
    claims = Claims(stills=False)
    for unit in PLAIN.units:
        claims.gave(unit.payload)
    with pytest.raises(Error) as refused:
        claims.unit(HONEST, PLAIN.units[0].payload)
    assert "stored" in refused.value.message
    mixed = NALS + PLAIN.units[0].payload  # hidden behind another unit
    with pytest.raises(Error):
        claims.unit(HONEST | {"media": 18_000}, mixed)
    assert claims.unit(HONEST | {"media": 27_000}, NALS).payload == NALS


def test_a_still_is_a_jpeg() -> None:
    head = HONEST | {"sets": []}
    assert Claims(stills=True).unit(head, b"\xff\xd8\xff\xe0").payload == b"\xff\xd8\xff\xe0"
    with pytest.raises(Error):
        Claims(stills=True).unit(head, b"<svg onload=alert(1)>")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(HONEST)), JSON), st.binary(max_size=40))
def test_any_claim_is_a_picture_or_a_violation(changes: dict[str, Any], payload: bytes) -> None:
    try:
        unit = Claims(stills=False).unit(HONEST | changes, payload)
    except Error as error:
        kind = error.kind
    else:
        kind = Kind.PROTOCOL_VIOLATION
        assert unit.width % 2 == 0
        assert unit.payload
    assert kind is Kind.PROTOCOL_VIOLATION
