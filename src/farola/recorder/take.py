"""One run in the making: its media time, its place in wall time and its open fragment."""

from collections.abc import Callable
from dataclasses import dataclass

from farola.base import Clock, Error, Kind, new_id
from farola.media import Codec, CodecConfig
from farola.recorder.anchor import WallAnchor
from farola.recorder.cutter import Cut, Cutter
from farola.recorder.mediaclock import MediaClock
from farola.recorder.shelf import PlacedCut
from farola.rtsp import AccessUnit, Stream

_ASTRAY_US = 60_000_000  # media time this far from arrival is no time any more


@dataclass(frozen=True, slots=True)
class WatchedUnit:
    """An access unit for those who watch now; `media` is presentation time in ticks."""

    run_id: str
    config: CodecConfig
    media: int
    wall_us: int
    key: bool
    payload: bytes


Deliver = Callable[[WatchedUnit], None]


class Take:
    """Takes the access units of one connection and hands over placed fragments.

    `deliver`, when set, is handed each unit as well (with `keys_only` each key frame), for those
    who watch now. `on_start` is called
    at the first key frame; without one within `key_frame_us` the run ends.
    """

    def __init__(
        self,
        stream: Stream,
        clock: Clock,
        on_cut: Callable[[PlacedCut], None],
        on_start: Callable[[], None],
        *,
        key_frame_us: int,
    ) -> None:
        self.deliver: Deliver | None = None
        self.keys_only = False
        self.frames = 0
        self.lost = 0
        self.camera_offset_us: int | None = None
        self._stream = stream
        self._clock = clock
        self._on_cut = on_cut
        self._on_start = on_start
        self._run_id = new_id("run")
        self._media = MediaClock()
        self._anchor = WallAnchor()
        self._cutter = Cutter(self._cut)
        self._deadline_us = clock.monotonic_us() + key_frame_us
        self._news: CodecConfig | None = None  # parameter sets the cutter has not seen
        if stream.parameter_sets:
            self._news = CodecConfig.from_parameter_sets(Codec(stream.codec), stream.parameter_sets)

    @property
    def config(self) -> CodecConfig | None:
        """What the pictures are coded with; None until known."""
        return self._cutter.config

    @property
    def started(self) -> bool:
        """A key frame has come."""
        return self._cutter.started

    def unit(self, unit: AccessUnit) -> None:
        """Takes one access unit from the stream's buffer. Called for every picture."""
        now_us = self._clock.monotonic_us()
        media = self._media.follow(unit.ticks, now_us)
        self._anchor.arrived(media, now_us)
        self.lost += unit.lost
        if unit.parameter_sets is not None:
            self._news = CodecConfig.from_parameter_sets(
                Codec(self._stream.codec), unit.parameter_sets
            )
        buffer = self._stream.buffer
        handed = self.deliver is not None and (unit.key or not self.keys_only)
        watched = bytes(memoryview(buffer)[unit.start :]) if handed else b""
        following = self._cutter.take(
            buffer, unit.start, media, key=unit.key, lost=unit.lost, config=self._news
        )
        if following is not buffer:
            self._stream.buffer = following
        self._news = None
        if not self._cutter.started:
            if now_us > self._deadline_us:
                raise Error(
                    Kind.NO_KEY_FRAME,
                    "the camera sends pictures, but no key frame with its parameter sets",
                )
            return
        if not self.frames:
            self._anchor.place(media, self._clock.wall_us(), now_us)
            self._on_start()
        self.frames += 1
        if handed and self.deliver is not None:
            self._hand_over(media, unit.key, watched, self.deliver)

    def replay(self, deliver: Deliver) -> None:
        """Hands over the open fragment's units so far, if it begins with a key frame."""
        units = self._cutter.units(self._stream.buffer)
        if units and units[0].key:
            for unit in units:
                self._hand_over(unit.media, unit.key, unit.payload, deliver)

    def finish(self) -> None:
        """The connection has ended: what is complete goes to disk."""
        self._cutter.finish(self._stream.buffer)

    def _hand_over(self, media: int, key: bool, payload: bytes, deliver: Deliver) -> None:
        config = self._cutter.config
        wall_us = self._anchor.wall_of(media)
        assert config is not None
        assert wall_us is not None
        deliver(WatchedUnit(self._run_id, config, media, wall_us, key, payload))

    def _cut(self, cut: Cut) -> None:
        wall_us = self._clock.wall_us()
        placed = self._anchor.place(cut.media_start, wall_us, self._clock.monotonic_us())
        if abs(placed.start_us - wall_us) > _ASTRAY_US:
            raise Error(
                Kind.TIME_JUMPED,
                "the camera's time stamps run at another speed than its pictures",
                off_us=placed.start_us - wall_us,
            )
        self.camera_offset_us = self._measure_offset()
        self._on_cut(
            PlacedCut(self._run_id, cut, placed.start_us, placed.stepped, self.camera_offset_us)
        )

    def _measure_offset(self) -> int | None:
        """Camera clock minus ours, from its newest RTCP sender report."""
        report = self._stream.sender_report
        if report is None:
            return None
        media = self._media.of(report.ticks)
        wall_us = None if media is None else self._anchor.wall_of(media)
        return None if wall_us is None else report.ntp_us - wall_us
