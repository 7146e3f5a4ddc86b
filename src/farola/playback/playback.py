"""Recorded media for the gate: everything blocks on disk, so call it from threads."""

from pathlib import Path

from farola.base import Clock, Error, Kind
from farola.gate import Footage, KeyFrame, Still
from farola.model import Rendition, Span, StreamKind
from farola.playback.clip import make_clip
from farola.playback.footage import read_init, read_key_frame, read_part
from farola.playback.moment import key_frame_near
from farola.playback.names import PartName, StoredNames, init_path
from farola.playback.parts import cut
from farola.playback.playlist import write_playlist
from farola.playback.shelf import Recorded, Shelf
from farola.playback.strip import choose
from farola.store import Keys


class Playback:
    """What was recorded, as players take it. Threads may share it.

    `recorded` are the catalogue's recordings, `keys` the keystore and `root` the directory that
    segment paths are relative to. Besides what each method names, all raise the store's and the
    keys' errors: DISK_FAILED, FILE_DAMAGED, KEY_MISSING, KEY_WRONG, KEY_DESTROYED.
    """

    rendition = Rendition.ORIGINAL

    def __init__(self, recorded: Recorded, keys: Keys, root: Path, clock: Clock) -> None:
        self._shelf = Shelf(recorded, root, cut)
        self._keys = keys
        self._root = root
        self._clock = clock

    def playlist(
        self,
        camera_id: str,
        stream: StreamKind,
        span: Span,
        *,
        within: Span | None = None,
        query: str = "",
    ) -> str:
        """An HLS media playlist over the span; it grows while the span reaches into the future.

        It may begin up to a part (six seconds, or a group of pictures) before `span.start_us`; its
        first EXT-X-PROGRAM-DATE-TIME tells where. Raises NOT_FOUND when nothing was recorded.
        """
        growing = span.end_us > self._clock.wall_us()
        pieces = choose(self._shelf.parts(camera_id, stream, span), span, within)
        if not pieces:
            raise Error(Kind.NOT_FOUND, "nothing was recorded in this span")
        return write_playlist(pieces, StoredNames(), growing=growing, query=query)

    def init(self, camera_id: str, key: str) -> bytes:
        """The init segment that a playlist named; raises NOT_FOUND for any other key."""
        return read_init(self._root, camera_id, init_path(camera_id, key))

    def part(self, camera_id: str, key: str) -> Footage:
        """The part that a playlist named; raises NOT_FOUND for any other key."""
        return read_part(self._root, self._keys, camera_id, PartName.parse(camera_id, key))

    def clip(
        self, camera_id: str, stream: StreamKind, span: Span, *, within: Span | None = None
    ) -> Footage:
        """The span as one MP4, from the key frame at or before its start to its last picture.

        Raises NOT_FOUND when nothing was recorded, TOO_LARGE for more pictures than a file takes.
        """
        pieces = choose(self._shelf.fragments(camera_id, stream, span), span, within)
        return make_clip(self._root, self._keys, camera_id, pieces, span)

    def key_frame(self, camera_id: str, stream: StreamKind, at_us: int) -> KeyFrame:
        """The newest key frame at or before `at_us`, else the first after it, within 10 s.

        Raises NOT_FOUND when none was recorded so near.
        """
        strip, entry = key_frame_near(self._shelf, camera_id, stream, at_us)
        return read_key_frame(self._root, self._keys, camera_id, strip, entry)

    def still(self, camera_id: str, stream: StreamKind, at_us: int | None) -> Still:
        """Raises UNAVAILABLE: a still is a decoded picture, and nothing is decoded here."""
        raise Error(Kind.UNAVAILABLE, "there are no stills of the original")
