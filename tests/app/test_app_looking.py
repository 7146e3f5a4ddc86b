"""Which streams are looked at, and how closely."""

from dataclasses import replace

import pytest

from farola.app.looking import Look, plan
from farola.model import Address, Attention, Camera, Papers, StreamKind

_MAIN, _SUB = StreamKind.MAIN, StreamKind.SUB
_ADDRESS = Address("rtsp", "192.0.2.1", 554, "/")
_CAMERA = Camera(
    id="cam-1",
    name="Plaza",
    place="Plaza",
    main=_ADDRESS,
    sub=None,
    papers=Papers("p", "l", "o"),
    enabled=True,
    has_credentials=False,
    created_us=0,
)
_WITH_SUB = replace(_CAMERA, sub=_ADDRESS)


def test_a_camera_that_is_off_is_never_looked_at() -> None:
    off = replace(_CAMERA, enabled=False)
    assert plan([off], {("cam-1", _MAIN)}, {"cam-1"}, idle=True) == {}


def test_an_idle_camera_gives_its_key_frames_and_shares_a_darkroom() -> None:
    look = Look(Attention.KEYS, show=False, notice=True, alone=False)
    assert plan([_CAMERA], set(), set(), idle=True) == {("cam-1", _MAIN): look}
    assert plan([_CAMERA], set(), set(), idle=False) == {}


@pytest.mark.parametrize(("camera", "stream"), [(_CAMERA, _MAIN), (_WITH_SUB, _SUB)])
def test_a_ruled_camera_is_looked_at_on_its_smallest_stream(
    camera: Camera, stream: StreamKind
) -> None:
    look = Look(Attention.ALL, show=False, notice=True, alone=True)
    assert plan([camera], set(), {"cam-1"}, idle=True) == {("cam-1", stream): look}


@pytest.mark.parametrize("ruled", [set(), {"cam-1"}])
def test_a_shown_stream_feeds_the_rules_so_that_no_second_one_is_decoded(ruled: set[str]) -> None:
    looks = plan([_WITH_SUB], {("cam-1", _MAIN)}, ruled, idle=True)
    assert looks == {("cam-1", _MAIN): Look(Attention.ALL, show=True, notice=True, alone=True)}


def test_of_two_shown_streams_one_feeds_the_rules() -> None:
    looks = plan([_WITH_SUB], {("cam-1", _MAIN), ("cam-1", _SUB)}, {"cam-1"}, idle=True)
    assert {key: (look.show, look.notice) for key, look in looks.items()} == {
        ("cam-1", _MAIN): (True, False),
        ("cam-1", _SUB): (True, True),
    }
