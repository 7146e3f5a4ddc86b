"""Red lines: whatever goes wrong while pictures are covered, nothing that was stored leaves."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from media_footage import Footage
from playback_coverer import (
    Faulty,
    LocalCoverer,
    hanging,
    returning_what_is_stored,
    somebody,
    then,
)
from playback_street import MAIN, START_US, Street

from farola.base import Error, Kind
from farola.media import units
from farola.model import Cover, CoveredUnit, CoverJob, CoverState, Span
from farola.playback import Coverer, RedactedPlayback

Get = Callable[..., Footage]
Fault = Callable[[CoverJob, Iterator[CoveredUnit]], Iterator[CoveredUnit]]
SECOND_US = 1_000_000
WHOLE = Span(START_US, START_US + 10 * SECOND_US)


def nothing(unit: CoveredUnit) -> Iterator[CoveredUnit]:
    return iter(())


def raising(error: Exception) -> Callable[[CoveredUnit], Iterator[CoveredUnit]]:
    def end(unit: CoveredUnit) -> Iterator[CoveredUnit]:
        raise error

    return end


def changed(**fields: object) -> Callable[[CoveredUnit], Iterator[CoveredUnit]]:
    def end(unit: CoveredUnit) -> Iterator[CoveredUnit]:
        yield replace(unit, **fields)  # type: ignore[arg-type]

    return end


def earlier(unit: CoveredUnit) -> Iterator[CoveredUnit]:
    yield replace(unit, media=unit.media - 3600 * 5)


WITHHELD = Cover(CoverState.WITHHELD, Kind.DETECTOR_FAILED)
ENDS: dict[str, tuple[Callable[[CoveredUnit], Iterator[CoveredUnit]], Kind]] = {
    "too few pictures": (nothing, Kind.DECODER_FAILED),
    "an error": (raising(Error(Kind.OVERLOADED, "too much")), Kind.OVERLOADED),
    "a fault": (raising(RuntimeError("a fault in the coverer")), Kind.DECODER_FAILED),
    "no bytes": (changed(payload=b""), Kind.DECODER_FAILED),
    "random bytes": (changed(payload=bytes(range(256))), Kind.DECODER_FAILED),
    "another NAL unit": (changed(payload=b"\0\0\0\2\x78\1"), Kind.DECODER_FAILED),
    "no parameter sets": (changed(parameter_sets=()), Kind.DECODER_FAILED),
    "broken parameter sets": (changed(parameter_sets=(b"\x67", b"\x68")), Kind.DECODER_FAILED),
    "another size": (changed(width=1920), Kind.DECODER_FAILED),
    "a time nobody asked for": (changed(media=1 << 40), Kind.DECODER_FAILED),
    "an earlier time": (earlier, Kind.DECODER_FAILED),
    "withheld": (changed(cover=WITHHELD), Kind.DETECTOR_FAILED),
    "hanging": (hanging, Kind.TIMED_OUT),
}
FAULTS: dict[str, tuple[Fault, Kind]] = {
    f"{what} after {count}": (then(count, end), kind)
    for what, (end, kind) in ENDS.items()
    for count in (0, 7)
} | {
    "what is stored": (returning_what_is_stored, Kind.DECODER_FAILED),
}
# Pictures of a fault that can only be seen among others, or that comes after the only one.
SINGLE = {name for name in FAULTS if name.endswith("after 7")} | {"an earlier time after 0"}

every_fault = pytest.mark.parametrize("fault", FAULTS)
quiet = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture
def stored(footage: Get, street: Street) -> Footage:
    source = footage("h264-b")
    street.segment(source, street.begin_run(START_US), START_US, 500_000)
    return source


class Leaving:
    """Collects what leaves before an error."""

    def __init__(self) -> None:
        self.data = b""

    def kind(self, chunks: Callable[[], Iterator[bytes]]) -> Kind | None:
        """The error's kind that ended it; None when it ended well."""
        try:
            for chunk in chunks():
                self.data += chunk
        except Error as error:
            return error.kind
        return None


def looks(redacted: RedactedPlayback, camera: str) -> dict[str, Callable[[], Iterator[bytes]]]:
    text = redacted.playlist(camera, MAIN, WHOLE)
    init = re.findall(r"media/init/([\w-]+)", text)[0]
    parts = re.findall(r"media/part/([\w-]+)", text)
    return {
        "first part": lambda: redacted.part(camera, parts[0]).chunks,
        "later part": lambda: redacted.part(camera, parts[1]).chunks,
        "clip": lambda: redacted.clip(camera, MAIN, WHOLE).chunks,
        "init": lambda: iter((redacted.init(camera, init),)),
        "key frame": lambda: iter((redacted.key_frame(camera, MAIN, START_US).data,)),
    }


def closed(street: Street, coverer: Coverer, fault: str = "") -> RedactedPlayback:
    """Patient, so that a busy machine is no fault; but with what never comes."""
    return street.redacted(coverer, patience_s=0.5 if fault.startswith("hanging") else 60.0)


def assert_nothing_stored(data: bytes, source: Footage) -> None:
    """No 24 bytes out of the middle of any stored slice."""
    for payload in source.units:
        for begin, end in units(payload):
            if end - begin >= 64:
                middle = (begin + end) // 2
                assert payload[middle - 12 : middle + 12] not in data


@quiet
@every_fault
@pytest.mark.parametrize("what", ["later part", "clip"])
def test_a_film_that_cannot_be_covered_ends_in_an_error(
    what: str, fault: str, street: Street, stored: Footage
) -> None:
    does, kind = FAULTS[fault]
    redacted = closed(street, Faulty(does), fault)
    leaving = Leaving()
    assert leaving.kind(looks(redacted, street.camera.id)[what]) is kind
    assert_nothing_stored(leaving.data, stored)
    if fault.endswith("after 0") or fault == "what is stored":
        assert leaving.data == b""
    assert list((street.root.parent / "masks").rglob("*.mask")) == []


@quiet
@every_fault
@pytest.mark.parametrize("what", ["init", "key frame"])
def test_a_picture_that_cannot_be_covered_ends_in_an_error(
    what: str, fault: str, street: Street, stored: Footage
) -> None:
    does, kind = FAULTS[fault]
    redacted = closed(street, Faulty(does), fault)
    leaving = Leaving()
    ended = leaving.kind(looks(redacted, street.camera.id)[what])
    assert ended is kind or (ended is None and fault in SINGLE)
    assert_nothing_stored(leaving.data, stored)
    assert (leaving.data == b"") is (ended is not None)


STILL_FAULTS: dict[str, tuple[Fault, Kind]] = {
    "nothing": (then(0, nothing), Kind.DECODER_FAILED),
    "an error": (then(0, ENDS["an error"][0]), Kind.OVERLOADED),
    "a fault": (then(0, ENDS["a fault"][0]), Kind.DECODER_FAILED),
    "no JPEG": (then(0, changed(payload=b"picture")), Kind.DECODER_FAILED),
    "what is stored": (returning_what_is_stored, Kind.DECODER_FAILED),
    "withheld": (then(0, changed(cover=WITHHELD)), Kind.DETECTOR_FAILED),
}


@quiet
@pytest.mark.parametrize("fault", STILL_FAULTS)
@pytest.mark.parametrize("at_us", [None, START_US])
def test_a_still_that_cannot_be_covered_ends_in_an_error(
    at_us: int | None, fault: str, street: Street, stored: Footage
) -> None:
    does, kind = STILL_FAULTS[fault]
    with pytest.raises(Error) as caught:
        closed(street, Faulty(does)).still(street.camera.id, MAIN, at_us)
    assert caught.value.kind is kind


def test_what_leaves_when_all_is_well_is_nothing_that_was_stored(
    street: Street, stored: Footage
) -> None:
    redacted = closed(street, LocalCoverer(somebody))
    for look in looks(redacted, street.camera.id).values():
        leaving = Leaving()
        assert leaving.kind(look) is None
        assert_nothing_stored(leaving.data, stored)
    still = redacted.still(street.camera.id, MAIN, None)
    assert_nothing_stored(still.data, stored)


def test_the_check_would_notice_what_was_stored(street: Street, stored: Footage) -> None:
    """The assertion of this file, tried on the original rendition."""
    leak = b"".join(street.playback.clip(street.camera.id, MAIN, WHOLE).chunks)
    with pytest.raises(AssertionError):
        assert_nothing_stored(leak, stored)


def test_no_detector_covers_everything(street: Street, stored: Footage) -> None:
    """Without detections pictures are wholly covered: they still play, and are not remembered."""
    coverer = LocalCoverer(lambda media: Kind.MODEL_MISSING)
    redacted = closed(street, coverer)
    leaving = Leaving()
    assert leaving.kind(looks(redacted, street.camera.id)["clip"]) is None
    assert_nothing_stored(leaving.data, stored)
    assert list((street.root.parent / "masks").rglob("*.mask")) == []
