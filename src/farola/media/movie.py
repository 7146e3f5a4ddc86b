"""The head of an ordinary (not fragmented) MP4, for downloads: ftyp, moov, header of mdat.

Everything that players, editors and courts' machines open. All sizes are known from the sample
indexes before the first byte of video is read, so a download has a length and streams in order.
"""

from array import array
from collections.abc import Sequence
from itertools import chain, groupby
from struct import pack

from farola.base import Error, Kind
from farola.media.boxes import (
    box,
    file_type,
    full_box,
    media_box,
    movie_header,
    sample_descriptions,
    track_header,
)
from farola.media.codec import CodecConfig
from farola.media.index import Sample
from farola.media.ticks import TICKS_PER_SECOND

MOST_MOVIE_SAMPLES = 8_000_000  # three and a half days at 25 frames a second, under 100 MB
_LARGE_FILE = 0xF000_0000  # from here on 64-bit offsets, leaving room for the head


class MovieTable:
    """Sample tables filled in playing order; every `add` is one chunk of the file.

    Decode times are continuous: a chunk begins where the one before ended, whatever lay between.
    Memory is 4 bytes a sample plus 8 for each change of duration and of `cts`.
    """

    def __init__(self) -> None:
        self._sizes = array("I")
        self._durations = array("I")  # pairs of count, duration
        self._offsets = array("i")  # pairs of count, cts
        self._keys = array("I")  # numbers of key samples, from 1
        self._chunks = array("I")  # pairs of samples, description
        self._chunk_bytes = array("Q")
        self._least_cts = 0
        self.duration = 0
        self.payload_bytes = 0

    def add(self, samples: Sequence[Sample], description: int) -> None:
        """Append a chunk whose samples use the configuration number `description`, from 1.

        Raises TOO_LARGE beyond `MOST_MOVIE_SAMPLES`.
        """
        if len(self._sizes) + len(samples) > MOST_MOVIE_SAMPLES:
            raise Error(Kind.TOO_LARGE, "the span holds too many pictures for one file")
        size = 0
        for sample in samples:
            self._sizes.append(sample.size)
            if sample.key:
                self._keys.append(len(self._sizes))
            _extend_run(self._durations, sample.duration)
            _extend_run(self._offsets, sample.cts)
            self._least_cts = min(self._least_cts, sample.cts)
            self.duration += sample.duration
            size += sample.size
        self._chunks.extend((len(samples), description))
        self._chunk_bytes.append(size)
        self.payload_bytes += size

    def head(self, configs: tuple[CodecConfig, ...]) -> bytes:
        """All bytes before the payloads, which must follow in the order of `add`.

        Negative `cts` are lifted and an edit list takes the lift back, the form that every player
        knows. Raises INVALID_INPUT when nothing was added.
        """
        if not self._sizes:
            raise Error(Kind.INVALID_INPUT, "a movie needs a sample")
        large = self.payload_bytes >= _LARGE_FILE
        if large:
            mdat = pack(">I4sQ", 1, b"mdat", self.payload_bytes + 16)
        else:
            mdat = pack(">I4s", self.payload_bytes + 8, b"mdat")
        brands = file_type(b"isom", b"isom", b"iso2", b"mp41")
        before = len(brands) + len(self._moov(configs, 0, large)) + len(mdat)
        return brands + self._moov(configs, before, large) + mdat

    def _moov(self, configs: tuple[CodecConfig, ...], first: int, large: bool) -> bytes:
        lift = -self._least_cts
        table = box(
            b"stbl",
            sample_descriptions(configs),
            _counted(b"stts", self._durations, 2),
            *self._composition(lift),
            *([] if len(self._keys) == len(self._sizes) else [_counted(b"stss", self._keys, 1)]),
            self._sample_to_chunk(),
            full_box(b"stsz", 0, 0, bytes(4), _table(self._sizes, 1)),
            self._chunk_offsets(first, large),
        )
        edits = b""
        if lift:
            edit = pack(">IQqI", 1, self.duration, lift, 0x10000)
            edits = box(b"edts", full_box(b"elst", 1, 0, edit))
        return box(
            b"moov",
            movie_header(TICKS_PER_SECOND, self.duration),
            box(
                b"trak",
                track_header(configs[0], self.duration),
                edits,
                media_box(TICKS_PER_SECOND, self.duration, table),
            ),
        )

    def _composition(self, lift: int) -> list[bytes]:
        """ctts, left out when pictures are shown in the order of decoding."""
        if len(self._offsets) == 2 and not self._offsets[1]:
            return []
        lifted = array("I", self._offsets[0::2])
        values = array("I", (offset + lift for offset in self._offsets[1::2]))
        pairs = array("I", chain.from_iterable(zip(lifted, values, strict=True)))
        return [_counted(b"ctts", pairs, 2)]

    def _sample_to_chunk(self) -> bytes:
        rows = array("I")
        pairs = zip(self._chunks[0::2], self._chunks[1::2], strict=True)
        chunk = 1
        for (samples, description), same in groupby(pairs):
            rows.extend((chunk, samples, description))
            chunk += sum(1 for _ in same)
        return _counted(b"stsc", rows, 3)

    def _chunk_offsets(self, first: int, large: bool) -> bytes:
        places = array("Q" if large else "I")
        place = first
        for size in self._chunk_bytes:
            places.append(place)
            place += size
        return _counted(b"co64" if large else b"stco", places, 1)


def _extend_run(runs: "array[int]", value: int) -> None:
    if runs and runs[-1] == value:
        runs[-2] += 1
    else:
        runs.extend((1, value))


def _table(numbers: "array[int]", columns: int) -> bytes:
    """A count of rows, then the numbers in big-endian order."""
    ordered = array(numbers.typecode, numbers)
    if pack("=H", 1) != pack(">H", 1):
        ordered.byteswap()
    return pack(">I", len(numbers) // columns) + ordered.tobytes()


def _counted(kind: bytes, numbers: "array[int]", columns: int) -> bytes:
    return full_box(kind, 0, 0, _table(numbers, columns))
