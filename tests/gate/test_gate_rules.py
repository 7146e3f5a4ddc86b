"""The gate decides first, and nothing else makes media that may leave."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from gate_acts import Written
from hypothesis import given
from hypothesis import strategies as st

from farola.access import GrantBook
from farola.base import Error, Kind, ManualClock
from farola.gate import (
    Admitted,
    Chunk,
    Footage,
    Gate,
    KeyFrame,
    LiveMessage,
    Look,
    Looks,
    Still,
    Viewer,
    decide,
)
from farola.model import (
    Address,
    Assignment,
    Camera,
    Papers,
    Person,
    Rendition,
    Role,
    Span,
    StreamKind,
)

SOURCE = Path(__file__).parents[2] / "src" / "farola"
ADDRESS = Address("rtsp", "10.0.0.9", 554, "/main")
CAMERA = Camera(
    id="cam-000000000001",
    name="north",
    place="North gate",
    main=ADDRESS,
    sub=None,
    papers=Papers("safety", "by-law 7", "public works"),
    enabled=True,
    has_credentials=False,
    created_us=1,
    approved_us=1,
)
SPAN = Span(1_000_000, 2_000_000)
ROLES = frozenset({Assignment(Role.SUPERVISOR)})
SOMEBODY = Viewer(Person("per-000000000001", "ana", 1, ROLES))
NOBODY = Viewer(None)


class Place:
    closed = False

    def __aiter__(self) -> "Place":
        return self

    async def __anext__(self) -> LiveMessage:
        if self.closed:
            raise StopAsyncIteration
        return Chunk(b"unit")

    def close(self) -> None:
        self.closed = True


class Sources:
    """Counts what the gate asked for; everything recorded belongs to `owner`."""

    rendition = Rendition.REDACTED

    def __init__(self, owner: str = CAMERA.id) -> None:
        self.asked: list[str] = []
        self.owner = owner

    def subscribe(self, camera_id: str, stream: StreamKind) -> Place:
        self.asked.append("live")
        return Place()

    def playlist(
        self,
        camera_id: str,
        stream: StreamKind,
        span: Span,
        *,
        within: Span | None = None,
        query: str = "",
    ) -> str:
        self.asked.append("playlist")
        return "#EXTM3U"

    def init(self, camera_id: str, key: str) -> bytes:
        self.asked.append("init")
        return b"ftyp"

    def part(self, camera_id: str, key: str) -> Footage:
        self.asked.append("part")
        return Footage(self.owner, SPAN, iter((b"moof",)))

    def clip(
        self, camera_id: str, stream: StreamKind, span: Span, *, within: Span | None = None
    ) -> Footage:
        self.asked.append("clip")
        return Footage(self.owner, span, iter((b"moov",)))

    def key_frame(self, camera_id: str, stream: StreamKind, at_us: int) -> KeyFrame:
        self.asked.append("key_frame")
        return KeyFrame(self.owner, at_us, b"key")

    def still(self, camera_id: str, stream: StreamKind, at_us: int | None) -> Still:
        self.asked.append("still")
        return Still(self.owner, at_us or SPAN.start_us, b"jpeg")


LOOKS = ("live", "playlist", "init", "part", "clip", "key_frame", "still")


def gate_of(sources: Sources, acts: Written | None = None) -> Gate:
    return Gate(
        live={Rendition.REDACTED: sources},
        playback={Rendition.REDACTED: sources},
        looks=Looks(acts or Written(), ManualClock()),
        grants=GrantBook(ManualClock()),
    )


async def look(gate: Gate, what: str, viewer: Viewer) -> Admitted[object]:
    main = StreamKind.MAIN
    match what:
        case "live":
            return await gate.live(viewer, CAMERA, main)
        case "playlist":
            return await gate.playlist(viewer, CAMERA, main, SPAN)
        case "init":
            return await gate.init(viewer, CAMERA, "key")
        case "part":
            return await gate.part(viewer, CAMERA, "key")
        case "clip":
            return await gate.clip(viewer, CAMERA, main, SPAN)
        case "key_frame":
            return await gate.key_frame(viewer, CAMERA, main, SPAN.start_us)
        case _:
            return await gate.still(viewer, CAMERA, main, SPAN.start_us)


def test_every_look_of_the_gate_is_tried_here() -> None:
    public = {name for name in vars(Gate) if not name.startswith("_")}
    assert public == set(LOOKS)


@pytest.mark.parametrize("what", LOOKS)
async def test_who_is_signed_in_gets_media_and_is_told_the_rendition(what: str) -> None:
    sources = Sources()
    admitted = await look(gate_of(sources), what, SOMEBODY)
    assert isinstance(admitted, Admitted)
    assert admitted.rendition is Rendition.REDACTED
    assert sources.asked == [what]


@pytest.mark.parametrize("what", LOOKS)
async def test_nobody_is_refused_before_any_source_is_asked(what: str) -> None:
    sources = Sources()
    with pytest.raises(Error) as caught:
        await look(gate_of(sources), what, NOBODY)
    assert caught.value.kind is Kind.UNAUTHENTICATED
    assert sources.asked == []


@pytest.mark.parametrize("what", ["part", "clip", "key_frame", "still"])
async def test_footage_of_another_camera_does_not_pass(what: str) -> None:
    sources = Sources(owner="cam-000000000002")
    with pytest.raises(Error) as caught:
        await look(gate_of(sources), what, SOMEBODY)
    assert caught.value.kind is Kind.NOT_FOUND


async def test_a_stream_that_the_camera_lacks_is_not_found() -> None:
    sources = Sources()
    with pytest.raises(Error) as caught:
        await gate_of(sources).live(SOMEBODY, CAMERA, StreamKind.SUB)
    assert caught.value.kind is Kind.NOT_FOUND


@given(name=st.text(), span=st.none() | st.just(SPAN))
def test_the_rule_is_to_be_signed_in(name: str, span: Span | None) -> None:
    viewer = Viewer(Person("per-1", name, 0, ROLES))
    assert decide(Look(viewer, CAMERA, span)) is Rendition.REDACTED
    with pytest.raises(Error) as caught:
        decide(Look(NOBODY, CAMERA, span))
    assert caught.value.kind is Kind.UNAUTHENTICATED


def test_nothing_but_the_gate_can_admit() -> None:
    with pytest.raises(TypeError):
        Admitted(b"raw", Rendition.ORIGINAL, seal=object())
    with pytest.raises(TypeError):
        Admitted(b"raw", Rendition.ORIGINAL)  # type: ignore[call-arg]


async def test_what_was_admitted_cannot_be_exchanged() -> None:
    sources = Sources()
    admitted = await gate_of(sources).init(SOMEBODY, CAMERA, "key")
    with pytest.raises(AttributeError):
        admitted.media = b"other"  # type: ignore[misc]
    assert "ftyp" not in repr(admitted)


def source_files() -> Iterator[Path]:
    return SOURCE.rglob("*.py")


def test_the_seal_is_known_to_the_gate_alone() -> None:
    knowing = {
        path.relative_to(SOURCE).as_posix()
        for path in source_files()
        if any(
            (isinstance(node, ast.Name) and node.id == "_SEAL")
            or (isinstance(node, ast.alias) and node.name == "_SEAL")
            or (isinstance(node, ast.Attribute) and node.attr == "_SEAL")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    assert knowing == {"gate/admitted.py", "gate/gate.py"}
