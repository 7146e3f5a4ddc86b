"""Access units in, fragments out. Pure: no clock, no disk, no socket."""

from collections.abc import Callable
from dataclasses import dataclass, field

from farola.media import CodecConfig, Sample, decode_times
from farola.store import CHUNK

LEAST_TICKS = 81_000
"""Shorter groups of pictures share a fragment, so that intra-only cameras cost no more."""
MOST_TICKS = 180_000
"""A fragment spans at most 2 s: a longer group of pictures goes on in the next fragment."""
_MOST_UNITS = 1_000  # a fragment's bound against a camera that stamps every unit alike
MOST_BYTES = 8 << 20
"""A fragment closes once it holds this many bytes of payload."""
_HOLE_TICKS = 45_000  # half a second without a picture, or three pictures, is a hole
_HOLE_PICTURES = 3


@dataclass(frozen=True, slots=True)
class Cut:
    """A finished fragment of one run, not yet placed in wall time.

    `media_start` and `duration` are ticks of decode time; `key` tells that it begins with a key
    frame; `lost` counts packets missing in it or just before it. `chunks`, of `CHUNK` bytes each,
    and then `payload` hold the samples end to end, NAL units with 4-byte lengths, exactly as the
    camera sent them. `after_hole` tells that pictures are missing between the fragment before and
    this one, although the run went on.
    """

    sequence: int
    media_start: int
    duration: int
    key: bool
    after_hole: bool
    lost: int
    config: CodecConfig
    samples: list[Sample]
    payload: bytearray
    chunks: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all samples."""
        return len(self.chunks) * CHUNK + len(self.payload)


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """A unit of the open fragment."""

    media: int
    key: bool
    payload: bytes


class Cutter:
    """Gathers one run's access units and hands over a `Cut` at each fragment boundary.

    Units before the first key frame with known parameter sets are dropped: nobody could decode
    them. What has gathered is put by in chunks: a buffer that grew to a whole fragment would be
    moved again and again on its way, and keep room that it does not fill.
    """

    def __init__(self, on_cut: Callable[[Cut], None]) -> None:
        self.started = False  # a key frame has been taken, so that what follows can be decoded
        self._on_cut = on_cut
        self._config: CodecConfig | None = None
        self._sequence = 0
        self._times: list[int] = []
        self._sizes: list[int] = []
        self._keys: list[bool] = []
        self._chunks: list[bytes] = []
        self._lost = 0
        self._after_hole = False
        self._newest = 0
        self._interval = 3_600  # the last distance between pictures; 25 a second until known

    @property
    def config(self) -> CodecConfig | None:
        """What the samples are coded with; None until parameter sets were seen."""
        return self._config

    def units(self, buffer: bytearray) -> list[OpenUnit]:
        """The open fragment so far, unit by unit; `buffer` is the one that `take` returned."""
        whole = b"".join((*self._chunks, buffer))
        found = []
        start = 0
        for media, size, key in zip(self._times, self._sizes, self._keys, strict=True):
            found.append(OpenUnit(media, key, whole[start : start + size]))
            start += size
        return found

    def take(
        self,
        buffer: bytearray,
        start: int,
        media: int,
        *,
        key: bool,
        lost: int,
        config: CodecConfig | None,
    ) -> bytearray:
        """Takes the unit at `buffer[start:]` and returns the buffer to go on with.

        The buffer ends where the unit ends, or has been emptied of it.
        `config` is given when the parameter sets became known or changed with this unit.
        """
        changed = config is not None and config != self._config
        step = media - self._newest
        hole = step > _HOLE_TICKS and self.started and step > _HOLE_PICTURES * self._interval
        if self._times and (changed or hole or self._full(buffer, media, key)):
            buffer = self._split(buffer, start, media if key and not hole else None)
            start = 0
        if changed:
            self._config = config
        self._lost += lost
        if self._config is None or not (key or self.started):
            del buffer[start:]
            return buffer
        if not hole and step > 0 and self.started:
            self._interval = step
        if step > 0:
            self._newest = media
        self._after_hole = self._after_hole or hole
        self.started = True
        self._times.append(media)
        self._sizes.append(len(buffer) - start)
        self._keys.append(key)
        if len(buffer) >= CHUNK:
            self._put_by(buffer)
        return buffer

    def _put_by(self, buffer: bytearray) -> None:
        whole = len(buffer) // CHUNK * CHUNK
        with memoryview(buffer) as view:
            self._chunks += [bytes(view[at : at + CHUNK]) for at in range(0, whole, CHUNK)]
        del buffer[:whole]

    def _full(self, buffer: bytearray, media: int, key: bool) -> bool:
        span = media - self._times[0]
        return (
            (key and span >= LEAST_TICKS)
            or (span >= MOST_TICKS and media > self._newest)
            or len(self._times) >= _MOST_UNITS
            or len(self._chunks) * CHUNK + len(buffer) > MOST_BYTES
        )

    def finish(self, buffer: bytearray) -> None:
        """Hands over what is left when the run ends, without a unit that is not complete."""
        if self._times:
            self._split(buffer, sum(self._sizes) - len(self._chunks) * CHUNK, None)

    def _split(self, buffer: bytearray, start: int, next_key: int | None) -> bytearray:
        rest = buffer[start:]
        del buffer[start:]
        assert self._config is not None
        timed = decode_times(self._times)
        first = timed[0][0]
        last = timed[-1][0]
        end = last + self._interval
        # The next key frame's time closes this fragment exactly, unless the stream paused.
        if next_key is not None and last < next_key <= last + MOST_TICKS:
            end = next_key
        decode = [dts for dts, _ in timed]
        decode.append(end)
        samples = [
            Sample(duration=decode[i + 1] - dts, size=size, cts=cts, key=key)
            for i, ((dts, cts), size, key) in enumerate(
                zip(timed, self._sizes, self._keys, strict=True)
            )
        ]
        cut = Cut(
            sequence=self._sequence,
            media_start=first,
            duration=end - first,
            key=self._keys[0],
            after_hole=self._after_hole,
            lost=self._lost,
            config=self._config,
            samples=samples,
            payload=buffer,
            chunks=self._chunks,
        )
        self._sequence += 1
        self._times = []
        self._sizes = []
        self._keys = []
        self._chunks = []
        self._lost = 0
        self._after_hole = False
        self._on_cut(cut)
        return rest
