"""Decides about each look, fetches the media, writes the look down, then seals it as admitted.

The only place that calls the media sources and the only one that makes an `Admitted`. Which source
is asked follows from the decision alone. A rendition without a source is unavailable: no other one
stands in for it. Footage is checked against the camera that was asked for after it was loaded:
what was recorded says whose it is, not the address that named it.
"""

import asyncio
from collections.abc import Mapping

from farola.base import Error, Kind
from farola.gate.admitted import _SEAL, Admitted
from farola.gate.looks import Looks
from farola.gate.media import Footage, KeyFrame, Still
from farola.gate.rules import Viewer, decide
from farola.gate.seen import Seen
from farola.gate.sources import LiveSource, LiveSubscription, PlaybackSource
from farola.model import Camera, Rendition, Span, StreamKind


class Gate:
    """Every method decides first and raises Error when the look is refused.

    The sources come by the rendition that they give out. Raises ValueError when a source says
    that it gives out another one than it was wired for.
    """

    def __init__(
        self,
        live: Mapping[Rendition, LiveSource],
        playback: Mapping[Rendition, PlaybackSource],
        looks: Looks,
    ) -> None:
        told = [(rendition, source.rendition) for rendition, source in live.items()]
        told += [(rendition, source.rendition) for rendition, source in playback.items()]
        for rendition, given in told:
            if given is not rendition:
                raise ValueError(f"a source of the {given.value} for the {rendition}")
        self._live = dict(live)
        self._playback = dict(playback)
        self._looks = looks

    async def live(
        self, viewer: Viewer, camera: Camera, stream: StreamKind
    ) -> Admitted[LiveSubscription]:
        """A place in the live stream; the caller closes it."""
        rendition = decide(viewer, camera, None)
        _require_stream(camera, stream)
        source = _source(self._live, rendition)
        place = await asyncio.to_thread(self._looks.begin_live, viewer, camera, rendition)
        try:
            subscription = source.subscribe(camera.id, stream)
        except BaseException:
            place.close()
            raise
        return Admitted(Seen(subscription, place), rendition, seal=_SEAL)

    async def playlist(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, span: Span
    ) -> Admitted[str]:
        """An HLS media playlist over the span."""
        rendition = decide(viewer, camera, span)
        source = _source(self._playback, rendition)
        text = await asyncio.to_thread(source.playlist, camera.id, stream, span)
        return Admitted(text, rendition, seal=_SEAL)

    async def init(self, viewer: Viewer, camera: Camera, key: str) -> Admitted[bytes]:
        """The init segment that a playlist of this camera named."""
        rendition = decide(viewer, camera, None)
        source = _source(self._playback, rendition)
        data = await asyncio.to_thread(source.init, camera.id, key)
        return Admitted(data, rendition, seal=_SEAL)

    async def part(self, viewer: Viewer, camera: Camera, key: str) -> Admitted[Footage]:
        """The media segment that a playlist of this camera named."""
        rendition = decide(viewer, camera, None)
        source = _source(self._playback, rendition)
        footage = await asyncio.to_thread(source.part, camera.id, key)
        admitted = _admit_footage(viewer, camera, footage, rendition)
        await self._look(viewer, camera, rendition, footage.span)
        return admitted

    async def clip(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, span: Span
    ) -> Admitted[Footage]:
        """The span as one MP4."""
        rendition = decide(viewer, camera, span)
        source = _source(self._playback, rendition)
        footage = await asyncio.to_thread(source.clip, camera.id, stream, span)
        admitted = _admit_footage(viewer, camera, footage, rendition)
        shown = footage.span
        await asyncio.to_thread(self._looks.export, viewer, camera, rendition, shown)
        return admitted

    async def key_frame(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, at_us: int
    ) -> Admitted[KeyFrame]:
        """The key frame at or before `at_us`, else the next."""
        rendition = decide(viewer, camera, Span(at_us, at_us + 1))
        source = _source(self._playback, rendition)
        frame = await asyncio.to_thread(source.key_frame, camera.id, stream, at_us)
        admitted = _admit_picture(viewer, camera, frame, rendition)
        await self._look(viewer, camera, rendition, _instant(frame))
        return admitted

    async def still(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, at_us: int | None
    ) -> Admitted[Still]:
        """The key frame at or before `at_us`, else the next, as a JPEG; None: the newest."""
        rendition = decide(viewer, camera, None if at_us is None else Span(at_us, at_us + 1))
        source = _source(self._playback, rendition)
        still = await asyncio.to_thread(source.still, camera.id, stream, at_us)
        admitted = _admit_picture(viewer, camera, still, rendition)
        await self._look(viewer, camera, rendition, _instant(still))
        return admitted

    async def _look(self, viewer: Viewer, camera: Camera, rendition: Rendition, span: Span) -> None:
        """The look is on the ledger, or this raises and nothing is given out."""
        if not self._looks.known(viewer, camera, rendition, span):
            await asyncio.to_thread(self._looks.begin, viewer, camera, rendition, span)


def _source[Source](sources: Mapping[Rendition, Source], rendition: Rendition) -> Source:
    try:
        return sources[rendition]
    except KeyError:
        raise Error(
            Kind.UNAVAILABLE, f"the {rendition.value} rendition is not available here"
        ) from None


def _admit_footage(
    viewer: Viewer, camera: Camera, footage: Footage, rendition: Rendition
) -> Admitted[Footage]:
    _check(viewer, camera, footage.camera_id, footage.span, rendition)
    return Admitted(footage, rendition, seal=_SEAL)


def _admit_picture[Picture: (KeyFrame, Still)](
    viewer: Viewer, camera: Camera, picture: Picture, rendition: Rendition
) -> Admitted[Picture]:
    _check(viewer, camera, picture.camera_id, _instant(picture), rendition)
    return Admitted(picture, rendition, seal=_SEAL)


def _instant(picture: KeyFrame | Still) -> Span:
    return Span(picture.wall_us, picture.wall_us + 1)


def _check(
    viewer: Viewer, camera: Camera, camera_id: str, span: Span, rendition: Rendition
) -> None:
    """What came is this camera's, and the span that it shows may be seen as it was fetched."""
    if camera_id != camera.id:
        raise Error(Kind.NOT_FOUND, "this camera has no such recording")
    if decide(viewer, camera, span) is not rendition:
        raise Error(Kind.FORBIDDEN, f"these pictures may not be seen as the {rendition.value}")


def _require_stream(camera: Camera, stream: StreamKind) -> None:
    if stream is StreamKind.SUB and camera.sub is None:
        raise Error(Kind.NOT_FOUND, "this camera has no sub-stream")
