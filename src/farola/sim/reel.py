"""A video file in memory, packetised once, to be sent for ever by any number of cameras.

A reel repeats without a seam: position p is unit p mod n of round p div n, its sequence numbers
and time stamps follow from p alone. Two cameras that reach p at different moments send the same
bytes, so the few fields that change per round are written once for all of them.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from secrets import randbits

import av
from av.bitstream import BitStreamFilterContext

from farola.base import Error, Kind
from farola.sim import packets
from farola.sim.packets import Codec
from farola.sim.stamp import digits_offset, stamp_nal

CLOCK_RATE = 90_000
RTP_PACKET_BYTES = 1400  # what cameras send: below an Ethernet frame with every header on
_MOST_BYTES = 1 << 30
_FILTERS: dict[Codec, str] = {"h264": "h264_mp4toannexb", "h265": "hevc_mp4toannexb"}
_CODECS: dict[str, Codec] = {"h264": "h264", "hevc": "h265"}


@dataclass(frozen=True, slots=True)
class Coded:
    """One access unit as a file holds it. `pts` and `dts` are 90 kHz ticks from the first dts."""

    nals: tuple[bytes, ...]
    pts: int
    dts: int
    key: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """One access unit ready to send: `blob` is its interleaved blocks, which begin at `offsets`.

    `first_packet` counts the packets before it in a round; `digits_at` is where the stamp's time
    stands in `blob`, None without a stamp.
    """

    blob: bytearray
    offsets: tuple[int, ...]
    pts: int
    dts: int
    key: bool
    first_packet: int
    digits_at: int | None


class Reel:
    """An endless repetition of one file's video.

    `duration` is one round in ticks. Sequence numbers begin at `first_sequence` and time stamps
    at `first_ticks`; both are random unless given, as RFC 3550 §5.1 asks.
    """

    def __init__(
        self,
        codec: Codec,
        coded: list[Coded],
        duration: int,
        size: tuple[int, int],
        *,
        stamp: bool = False,
        aggregate: bool = False,
        first_sequence: int | None = None,
        first_ticks: int | None = None,
    ) -> None:
        self.codec = codec
        self.coded = coded
        self.duration = duration
        self.width, self.height = size
        self.stamp = stamp
        self.ssrc = randbits(32) | 1
        self.first_sequence = randbits(16) if first_sequence is None else first_sequence
        self.first_ticks = randbits(32) if first_ticks is None else first_ticks
        self.parameter_sets = _parameter_sets(codec, coded)
        self.units: list[Unit] = []
        count = 0
        for one in coded:
            unit = self._unit(one, count, aggregate)
            self.units.append(unit)
            count += len(unit.offsets)
        self.packets = count
        self._dts = [unit.dts for unit in self.units]
        self._wire: list[tuple[int, bytes]] = [(-1, b"")] * len(self.units)

    def _unit(self, coded: Coded, first_packet: int, aggregate: bool) -> Unit:
        limit = RTP_PACKET_BYTES - packets.RTP_HEADER
        if not self.stamp:
            parts = packets.payloads(coded.nals, self.codec, limit, aggregate)
            blob, offsets = packets.interleave(parts, self.ssrc)
            digits_at = None
        else:
            at = next(i for i, nal in enumerate(coded.nals) if packets.is_slice(nal, self.codec))
            before = packets.payloads(coded.nals[:at], self.codec, limit, aggregate)
            after = packets.payloads(coded.nals[at:], self.codec, limit, aggregate)
            # The stamp travels alone so that its digits stand at a known place.
            blob, offsets = packets.interleave([*before, stamp_nal(self.codec), *after], self.ssrc)
            digits_at = (
                offsets[len(before)]
                + packets.BLOCK_HEADER
                + packets.RTP_HEADER
                + digits_offset(self.codec)
            )
        return Unit(blob, offsets, coded.pts, coded.dts, coded.key, first_packet, digits_at)

    def unit(self, position: int) -> Unit:
        return self.units[position % len(self.units)]

    def dts(self, position: int) -> int:
        """Ticks from position 0 to this position's decoding, growing without end."""
        rounds, at = divmod(position, len(self.units))
        return rounds * self.duration + self._dts[at]

    def sequence(self, position: int) -> int:
        """The first packet's sequence number, not yet wrapped."""
        rounds, at = divmod(position, len(self.units))
        return self.first_sequence + rounds * self.packets + self.units[at].first_packet

    def ticks(self, position: int) -> int:
        """The RTP time stamp, not yet wrapped."""
        rounds, at = divmod(position, len(self.units))
        return self.first_ticks + rounds * self.duration + self.units[at].pts

    def position_at(self, ticks: int) -> int:
        """The first position whose dts is at or after `ticks`."""
        rounds, rest = divmod(ticks, self.duration)
        return rounds * len(self.units) + bisect_left(self._dts, rest)

    def wire(self, position: int) -> bytes:
        """The position's interleaved blocks, shared by all who ask in the same round."""
        rounds, at = divmod(position, len(self.units))
        written, wire = self._wire[at]
        if written != rounds:
            unit = self.units[at]
            packets.renumber(unit.blob, unit.offsets, self.sequence(position), self.ticks(position))
            wire = bytes(unit.blob)  # immutable: a slow client's transport may still hold it
            self._wire[at] = (rounds, wire)
        return wire


def load_reel(
    path: Path,
    *,
    stamp: bool = False,
    aggregate: bool = False,
    first_sequence: int | None = None,
    first_ticks: int | None = None,
) -> Reel:
    """Read a file whose video is H.264 or H.265, from its first key frame on.

    Raises `Error`: INVALID_INPUT when the file cannot be read, CODEC_UNSUPPORTED for other video,
    NO_VIDEO and NO_KEY_FRAME as they say, TOO_LARGE above 1 GiB of video.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise Error(Kind.NO_VIDEO, f"{path} holds no video")
            stream = container.streams.video[0]
            codec = _CODECS.get(stream.codec_context.name)
            if codec is None:
                raise Error(
                    Kind.CODEC_UNSUPPORTED,
                    f"{path} holds {stream.codec_context.name}, not H.264 or H.265",
                )
            coded, duration = _read(container, stream, codec, path)
            size = (stream.codec_context.width, stream.codec_context.height)
    except (av.FFmpegError, OSError) as error:
        raise Error(Kind.INVALID_INPUT, f"cannot read {path}: {error}") from error
    return Reel(
        codec,
        coded,
        duration,
        size,
        stamp=stamp,
        aggregate=aggregate,
        first_sequence=first_sequence,
        first_ticks=first_ticks,
    )


def _read(
    container: av.container.InputContainer, stream: av.VideoStream, codec: Codec, path: Path
) -> tuple[list[Coded], int]:
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    step = int(CLOCK_RATE / rate)
    coded: list[Coded] = []
    first_dts = 0
    total = 0
    last = step
    for packet in _annex_b(container, stream, codec):
        data = bytes(packet)
        nals = tuple(packets.split_annex_b(data))
        if not any(packets.is_slice(nal, codec) for nal in nals):
            continue
        key = any(packets.is_key_slice(nal, codec) for nal in nals)
        if not coded and not key:
            continue
        total += len(data)
        if total > _MOST_BYTES:
            raise Error(Kind.TOO_LARGE, f"{path} holds more than 1 GiB of video", bytes=total)
        # A raw stream has no times: count pictures.
        unit = packet.time_base
        base = Fraction(unit.numerator, unit.denominator)
        dts = first_dts + len(coded) * step if packet.dts is None else _ticks(packet.dts, base)
        pts = dts if packet.pts is None else _ticks(packet.pts, base)
        if not coded:
            first_dts = dts
        if coded and dts - first_dts <= coded[-1].dts:
            raise Error(Kind.INVALID_INPUT, f"the decoding times of {path} do not grow")
        coded.append(Coded(nals, pts - first_dts, dts - first_dts, key))
        last = _ticks(packet.duration, base) if packet.duration else step
    if not coded:
        raise Error(Kind.NO_KEY_FRAME, f"{path} holds no key frame")
    return coded, coded[-1].dts + max(last, 1)


def _annex_b(
    container: av.container.InputContainer, stream: av.VideoStream, codec: Codec
) -> "Iterator[av.Packet[av.VideoStream]]":
    filtered = BitStreamFilterContext(_FILTERS[codec], stream)
    for packet in container.demux(stream):
        if packet.size:
            yield from filtered.filter(packet)
    yield from filtered.filter(None)


def _ticks(value: int, base: Fraction) -> int:
    scaled = value * base.numerator * CLOCK_RATE
    return (2 * scaled + base.denominator) // (2 * base.denominator)


def _parameter_sets(codec: Codec, coded: list[Coded]) -> tuple[bytes, ...]:
    sets = [nal for nal in coded[0].nals if packets.is_parameter_set(nal, codec)]
    if not sets:
        raise Error(Kind.INVALID_INPUT, "the video's first key frame lacks its parameter sets")
    return tuple(dict.fromkeys(sets))
