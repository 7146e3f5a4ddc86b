"""Access units and files into pictures. Runs behind locks alone: see `sandbox`.

A decoder that meets damage says so in the row of its pictures: whoever covers people must know that
what follows may not show what was there. Nothing here raises for a damaged stream; a stream that
cannot be begun raises.
"""

import importlib
import io
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

import av
import av.error

from farola.base import Error, Kind
from farola.media import TICKS_PER_SECOND, Codec, CodecConfig
from farola.vision.containers import HEAD_BYTES, FileFacts, format_of

_TIME_BASE = Fraction(1, TICKS_PER_SECOND)
_NAMES = {Codec.H264: "h264", Codec.H265: "hevc"}
_DEFAULT_DURATION = 3_600  # ticks of a picture when a file does not tell any time
_MOST_ERRORS = 200  # reading errors in a row: nothing more is to be had
_IO_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Decoded:
    """One picture. `media` is its time in ticks; `whole` False: parts are the decoder's guess."""

    media: int
    frame: av.VideoFrame = field(repr=False)
    key: bool
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Damage:
    """Here something could not be decoded. `message` is FFmpeg's, for a log."""

    message: str


type Outcome = Decoded | Damage


class UnitDecoder:
    """Decodes one stream's access units, as `farola.media` holds them.

    `most_pixels` is the largest picture that is decoded. Raises CODEC_UNSUPPORTED,
    PICTURE_TOO_LARGE or PROTOCOL_VIOLATION for parameter sets that are of no use.
    """

    def __init__(
        self, codec: str, parameter_sets: Sequence[bytes], most_pixels: int, *, threads: int = 1
    ) -> None:
        config = CodecConfig.from_parameter_sets(codec, parameter_sets)
        picture = config.picture
        check_size(picture.width, picture.height, most_pixels)
        self._coder = cast(
            "av.VideoCodecContext", av.CodecContext.create(_NAMES[config.codec], "r")
        )
        self._coder.extradata = config.decoder_record
        self._coder.thread_count = threads
        self._coder.thread_type = "FRAME" if threads > 1 else "NONE"
        self._coder.options = {"max_pixels": str(most_pixels)}

    def decode(self, media: int, payload: bytes) -> list[Outcome]:
        """The pictures that this unit completes, in order of presentation."""
        packet = cast("av.Packet[av.VideoStream]", av.Packet(payload))
        packet.pts = packet.dts = media
        packet.time_base = _TIME_BASE
        return self._outcomes(packet)

    def flush(self) -> list[Outcome]:
        """The pictures that were held back for reordering."""
        return self._outcomes(None)

    def _outcomes(self, packet: "av.Packet[av.VideoStream] | None") -> list[Outcome]:
        try:
            frames = self._coder.decode(packet)
        except (av.FFmpegError, MemoryError) as error:
            return [Damage(str(error))]
        return [
            Decoded(frame.pts or 0, frame, bool(frame.key_frame), not frame.is_corrupt)
            for frame in frames
        ]


class FileDecoder:
    """Decodes the first video track of an open file; sound and everything else is left alone.

    Raises FILE_REFUSED for what is no video, NO_VIDEO, CODEC_UNSUPPORTED, PICTURE_TOO_LARGE.
    """

    def __init__(self, file: io.RawIOBase, most_pixels: int, *, threads: int = 1) -> None:
        head = _head(file)
        name = format_of(head)
        try:
            self._container = av.open(
                file,
                "r",
                format=name,
                # Nothing but this file is opened, whatever it says inside.
                container_options={"protocol_whitelist": "", "format_whitelist": name_list(name)},
                buffer_size=_IO_BYTES,
            )
        except (av.FFmpegError, MemoryError, ValueError) as error:
            raise Error(Kind.FILE_REFUSED, f"the file cannot be read as {name}: {error}") from error
        streams = [
            stream
            for stream in self._container.streams.video
            if not stream.disposition & av.stream.Disposition.attached_pic
        ]
        if not streams:
            self._container.close()
            raise Error(Kind.NO_VIDEO, "the file holds no video")
        self._stream = streams[0]
        coder = cast("av.VideoCodecContext | None", self._stream.codec_context)
        if coder is None:
            self._container.close()
            raise Error(Kind.CODEC_UNSUPPORTED, "the file's video codec is not supported")
        check_size(coder.width, coder.height, most_pixels)
        coder.thread_count = threads
        coder.thread_type = "FRAME" if threads > 1 else "NONE"
        coder.options = {"max_pixels": str(most_pixels)}
        self.facts = self._facts(name)

    def _facts(self, name: str) -> FileFacts:
        stream = self._stream
        coder = stream.codec_context
        duration = Fraction(self._container.duration or 0, 1_000_000)
        if stream.duration and stream.time_base:
            duration = stream.duration * stream.time_base
        rate = stream.average_rate or stream.guessed_rate
        pictures = stream.frames or int(duration * rate if rate else 0)
        return FileFacts(
            container=name,
            codec=coder.name,
            width=coder.width,
            height=coder.height,
            pictures=max(0, pictures),
            duration_us=max(0, int(duration * 1_000_000)),
            sound=bool(self._container.streams.audio),
        )

    def __iter__(self) -> Iterator[Outcome]:
        """Every picture in order of presentation, times from the file, always rising."""
        last: int | None = None
        step = _DEFAULT_DURATION
        rate = self._stream.average_rate
        if rate:
            step = max(1, round(TICKS_PER_SECOND / rate))
        for outcome in self._outcomes():
            if isinstance(outcome, Decoded):
                media = outcome.media
                if last is not None and media <= last:
                    media = last + step
                elif last is None and media == _UNKNOWN:
                    media = 0
                if last is not None and media > last:
                    step = min(step, media - last) if outcome.media == _UNKNOWN else media - last
                last = media
                yield Decoded(media, outcome.frame, outcome.key, outcome.whole)
            else:
                yield outcome

    def close(self) -> None:
        self._container.close()

    def _outcomes(self) -> Iterator[Outcome]:
        packets = self._container.demux(self._stream)
        errors = 0
        while errors < _MOST_ERRORS:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.EOFError:
                yield from self._decoded(None)
                return
            except (av.FFmpegError, MemoryError) as error:
                errors += 1
                yield Damage(str(error))
                packets = self._container.demux(self._stream)
                continue
            damaged = bool(packet.is_corrupt)
            if damaged:
                yield Damage("the container marks a packet as damaged")
            outcomes = self._decoded(packet)
            if any(isinstance(outcome, Decoded) for outcome in outcomes):
                errors = 0
            yield from outcomes
        yield from self._decoded(None)

    def _decoded(self, packet: "av.Packet[av.VideoStream] | None") -> list[Outcome]:
        try:
            frames = self._stream.codec_context.decode(packet)
        except av.error.EOFError:
            return []  # flushed already
        except (av.FFmpegError, MemoryError) as error:
            return [Damage(str(error))]
        return [
            Decoded(self._ticks(frame), frame, bool(frame.key_frame), not frame.is_corrupt)
            for frame in frames
        ]

    def _ticks(self, frame: av.VideoFrame) -> int:
        base = frame.time_base or self._stream.time_base
        if frame.pts is None or base is None:
            return _UNKNOWN
        return round(frame.pts * base * TICKS_PER_SECOND)


_UNKNOWN = -(1 << 62)


def load_all() -> None:
    """Imports every module of PyAV, which it else does when a file or a frame needs one."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.startswith("av.__"):
            importlib.import_module(module.name)


def check_size(width: int, height: int, most_pixels: int) -> None:
    """Raises PICTURE_TOO_LARGE."""
    if width * height > most_pixels:
        raise Error(
            Kind.PICTURE_TOO_LARGE,
            f"pictures of {width}x{height} need more memory than a decoder may take",
            width=width,
            height=height,
            most_pixels=most_pixels,
        )


def most_pixels(memory: int) -> int:
    """The largest picture for a decoder with `memory` bytes: it may hold 16 for reference, more in
    threads, at 1.5 bytes a pixel (3 with 10 bits)."""
    return memory // (24 * 3 // 2)


def name_list(name: str) -> str:
    """The names under which FFmpeg knows a format."""
    return {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}.get(name, name)


def _head(file: io.RawIOBase) -> bytes:
    try:
        file.seek(0)
        head = b""
        while len(head) < HEAD_BYTES:
            piece = file.read(HEAD_BYTES - len(head))
            if not piece:
                break
            head += piece
        file.seek(0)
    except OSError as error:
        raise Error(Kind.FILE_REFUSED, f"the file cannot be read: {error.strerror}") from error
    return head
