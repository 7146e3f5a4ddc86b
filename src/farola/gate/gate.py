"""Decides about each look, fetches the media, writes the look down, then seals it as admitted.

The only place that calls the media sources and the only one that makes an `Admitted`. Which source
is asked follows from the decision alone. A rendition without a source is unavailable: no other one
stands in for it. Footage is checked against the camera that was asked for after it was loaded:
what was recorded says whose it is, not the address that named it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from farola.base import Error, Kind
from farola.gate.admitted import _SEAL, Admitted
from farola.gate.looks import Looks
from farola.gate.media import Footage, KeyFrame, Still
from farola.gate.rules import Look, Viewer, decide
from farola.gate.seen import Lasting, Seen, while_lasting
from farola.gate.sources import Grants, LiveSource, LiveSubscription, OneThingSource, PlaybackSource
from farola.model import Act, Camera, Grant, Rendition, Span, StreamKind


@dataclass(frozen=True, slots=True)
class _Decided:
    """What was decided about a look, before anything was fetched."""

    look: Look
    rendition: Rendition

    @property
    def grant_id(self) -> str | None:
        return self.look.grant.id if self.look.grant is not None else None

    @property
    def within(self) -> Span | None:
        """The span that nothing may lie outside of; None without a grant."""
        return self.look.grant.span if self.look.grant is not None else None


class Gate:
    """Every method decides first and raises Error when the look is refused.

    `grant_id` names the grant that a look is under; without one everything is redacted. The sources
    come by the rendition that they give out. Raises ValueError when a source says that it gives out
    another one than it was wired for.
    """

    def __init__(
        self,
        live: Mapping[Rendition, LiveSource],
        playback: Mapping[Rendition, PlaybackSource],
        looks: Looks,
        grants: Grants,
        one_thing: OneThingSource | None = None,
    ) -> None:
        told = [(rendition, source.rendition) for rendition, source in live.items()]
        told += [(rendition, source.rendition) for rendition, source in playback.items()]
        for rendition, given in told:
            if given is not rendition:
                raise ValueError(f"a source of the {given.value} for the {rendition}")
        self._live = dict(live)
        self._playback = dict(playback)
        self._one_thing = one_thing
        self._looks = looks
        self._grants = grants

    async def live(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, grant_id: str | None = None
    ) -> Admitted[LiveSubscription]:
        """A place in the live stream; the caller closes it."""
        grant = self._grant(grant_id)
        rendition = decide(Look(viewer, camera, None, grant=grant, live=True))
        _require_stream(camera, stream)
        source = _source(self._live, rendition)
        begin = self._looks.begin_live
        place = await asyncio.to_thread(begin, viewer, camera, rendition, grant_id)
        try:
            subscription = source.subscribe(camera.id, stream)
        except BaseException:
            place.close()
            raise
        lasting = self._lasting(grant_id)
        return Admitted(Seen(subscription, place, lasting), rendition, lasting, seal=_SEAL)

    async def playlist(
        self,
        viewer: Viewer,
        camera: Camera,
        stream: StreamKind,
        span: Span,
        grant_id: str | None = None,
    ) -> Admitted[str]:
        """An HLS media playlist over the span; under a grant of what lies in it as a whole."""
        decided = self._recorded(viewer, camera, span, grant_id)
        source = await self._recordings(decided)
        query = "" if grant_id is None else f"?grant={grant_id}"
        text = await asyncio.to_thread(
            source.playlist, camera.id, stream, span, within=decided.within, query=query
        )
        return self._admit(text, decided)

    async def init(
        self, viewer: Viewer, camera: Camera, key: str, grant_id: str | None = None
    ) -> Admitted[bytes]:
        """The init segment that a playlist of this camera named."""
        decided = self._recorded(viewer, camera, None, grant_id)
        source = await self._recordings(decided)
        data = await asyncio.to_thread(source.init, camera.id, key)
        return self._admit(data, decided)

    async def part(
        self, viewer: Viewer, camera: Camera, key: str, grant_id: str | None = None
    ) -> Admitted[Footage]:
        """The media segment that a playlist of this camera named."""
        decided = self._recorded(viewer, camera, None, grant_id)
        source = await self._recordings(decided)
        footage = await asyncio.to_thread(source.part, camera.id, key)
        _check(decided, footage.camera_id, footage.span)
        await self._look(decided, footage.span)
        return self._admit(self._ending(footage, grant_id), decided)

    async def clip(
        self,
        viewer: Viewer,
        camera: Camera,
        stream: StreamKind,
        span: Span,
        grant_id: str | None = None,
    ) -> Admitted[Footage]:
        """The span as one MP4."""
        decided = self._recorded(viewer, camera, span, grant_id, Act.EXPORT)
        source = await self._recordings(decided)
        footage = await asyncio.to_thread(
            source.clip, camera.id, stream, span, within=decided.within
        )
        _check(decided, footage.camera_id, footage.span)
        export = self._looks.export
        shown = footage.span
        await asyncio.to_thread(export, viewer, camera, decided.rendition, shown, grant_id)
        return self._admit(self._ending(footage, grant_id), decided)

    async def key_frame(
        self,
        viewer: Viewer,
        camera: Camera,
        stream: StreamKind,
        at_us: int,
        grant_id: str | None = None,
    ) -> Admitted[KeyFrame]:
        """The key frame at or before `at_us`, else the next."""
        decided = self._recorded(viewer, camera, Span(at_us, at_us + 1), grant_id)
        source = await self._recordings(decided)
        frame = await asyncio.to_thread(source.key_frame, camera.id, stream, at_us)
        _check(decided, frame.camera_id, _instant(frame))
        await self._look(decided, _instant(frame))
        return self._admit(frame, decided)

    async def still(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, at_us: int | None
    ) -> Admitted[Still]:
        """The key frame at or before `at_us`, else the next, as a JPEG; None: the newest.

        Always redacted.
        """
        span = None if at_us is None else Span(at_us, at_us + 1)
        decided = self._recorded(viewer, camera, span, None)
        source = await self._recordings(decided)
        still = await asyncio.to_thread(source.still, camera.id, stream, at_us)
        _check(decided, still.camera_id, _instant(still))
        await self._look(decided, _instant(still))
        return self._admit(still, decided)

    def _recorded(
        self,
        viewer: Viewer,
        camera: Camera,
        span: Span | None,
        grant_id: str | None,
        act: Act = Act.WATCH,
    ) -> _Decided:
        """What is decided before the media are loaded: under a grant about the grant's own span,
        since only what was loaded tells what it shows.
        """
        grant = self._grant(grant_id)
        if grant is not None:
            if grant.span is None:
                raise Error(Kind.FORBIDDEN, "the grant is for live pictures")
            span = grant.span
        look = Look(viewer, camera, span, act, grant)
        return _Decided(look, decide(look))

    async def _recordings(self, decided: _Decided) -> PlaybackSource:
        """What gives out the rendition that was decided."""
        grant = decided.look.grant
        if decided.rendition is not Rendition.ONE_THING:
            return _source(self._playback, decided.rendition)
        if self._one_thing is None or grant is None:
            raise Error(Kind.UNAVAILABLE, "one thing alone cannot be shown here")
        return await self._one_thing.under(grant)

    def _grant(self, grant_id: str | None) -> Grant | None:
        """Raises GRANT_ENDED for one that does not last: nothing else is shown in its place."""
        if grant_id is None:
            return None
        grant = self._grants.find(grant_id)
        if grant is None:
            raise Error(Kind.GRANT_ENDED, "the grant has ended, or there is none")
        return grant

    def _lasting(self, grant_id: str | None) -> Lasting:
        return lambda: grant_id is None or self._grants.find(grant_id) is not None

    def _ending(self, footage: Footage, grant_id: str | None) -> Footage:
        if grant_id is None:
            return footage
        return replace(footage, chunks=while_lasting(footage.chunks, self._lasting(grant_id)))

    def _admit[Media](self, media: Media, decided: _Decided) -> Admitted[Media]:
        """Raises GRANT_ENDED where fetching took longer than the grant lasted."""
        lasting = self._lasting(decided.grant_id)
        if not lasting():
            raise Error(Kind.GRANT_ENDED, "the grant has ended meanwhile")
        return Admitted(media, decided.rendition, lasting, seal=_SEAL)

    async def _look(self, decided: _Decided, span: Span) -> None:
        """The look is on the ledger, or this raises and nothing is given out."""
        look, grant_id = decided.look, decided.grant_id
        seen = (look.viewer, look.camera, decided.rendition, span, grant_id)
        if not self._looks.known(*seen):
            await asyncio.to_thread(self._looks.begin, *seen)


def _source[Source](sources: Mapping[Rendition, Source], rendition: Rendition) -> Source:
    try:
        return sources[rendition]
    except KeyError:
        raise Error(
            Kind.UNAVAILABLE, f"the {rendition.value} rendition is not available here"
        ) from None


def _instant(picture: KeyFrame | Still) -> Span:
    return Span(picture.wall_us, picture.wall_us + 1)


def _check(decided: _Decided, camera_id: str, span: Span) -> None:
    """What came is this camera's, and the span that it shows may be seen as it was fetched."""
    if camera_id != decided.look.camera.id:
        raise Error(Kind.NOT_FOUND, "this camera has no such recording")
    if decide(replace(decided.look, span=span)) is not decided.rendition:
        raise Error(
            Kind.FORBIDDEN, f"these pictures may not be seen as the {decided.rendition.value}"
        )


def _require_stream(camera: Camera, stream: StreamKind) -> None:
    if stream is StreamKind.SUB and camera.sub is None:
        raise Error(Kind.NOT_FOUND, "this camera has no sub-stream")
