"""Records clips as the recorder would, and fetches playlists as a player would."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from laid_catalog import lay_catalog
from media_footage import Footage

from farola.base import Kind, ManualClock, new_id
from farola.catalog import Catalog
from farola.gate import PlaybackSource
from farola.keys import Keystore
from farola.media import (
    FragmentEntry,
    pack_fragments,
    pack_samples,
    ticks_to_us,
)
from farola.model import (
    Address,
    Camera,
    CameraDraft,
    Papers,
    Recipe,
    Run,
    Segment,
    Span,
    StreamKind,
)
from farola.playback import Coverer, Playback, RedactedPlayback
from farola.store import Fragment, SegmentHeader, SegmentWriter

START_US = 1_795_500_000_000_000  # 2026-11-24 06:00 UTC
MAIN = StreamKind.MAIN


@dataclass
class Street:
    catalog: Catalog
    keys: Keystore
    root: Path
    clock: ManualClock
    camera: Camera
    playback: Playback
    sequences: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator["Street"]:
        clock = ManualClock(wall_us=START_US + 3_600_000_000)
        root = folder / "segments"
        root.mkdir()
        keys = Keystore.open(folder / "keys", create=True)
        with Catalog.open(lay_catalog(folder / "catalog.sqlite"), clock=clock) as catalog:
            camera = catalog.cameras.add(camera_named("Plaza"))
            playback = Playback(catalog.recordings, keys, root, clock)
            yield cls(catalog, keys, root, clock, camera, playback)

    def begin_run(
        self, start_us: int, camera: Camera | None = None, stream: StreamKind = MAIN
    ) -> str:
        run = Run(new_id("run"), (camera or self.camera).id, stream, start_us, None, None, None)
        self.catalog.recordings.begin_run(run)
        return run.id

    def end_run(self, run_id: str, end_us: int) -> None:
        self.catalog.recordings.end_run(run_id, end_us, Kind.CLOSED_BY_CAMERA)

    def segment(
        self,
        clip: Footage,
        run_id: str,
        start_us: int,
        media_start: int,
        *,
        repeat: int = 1,
        indexed: int | None = None,
        camera: Camera | None = None,
        stream: StreamKind = MAIN,
    ) -> Segment:
        """One file with the clip `repeat` times, a fragment each group of pictures.

        With `indexed` the segment is still open and its row knows only so many fragments.
        """
        camera_id = (camera or self.camera).id
        key = self.keys.data_key(camera_id, start_us)
        number = self.numbers.get(run_id, -1) + 1
        self.numbers[run_id] = number
        picture = clip.config.picture
        header = SegmentHeader(
            camera_id=camera_id,
            stream=stream,
            run_id=run_id,
            number=number,
            start_us=start_us,
            codec=clip.codec.value,
            parameter_sets=clip.config.parameter_sets,
            width=picture.width,
            height=picture.height,
            key_id=key.id,
            epoch=key.epoch,
            wrapped_key=key.wrapped,
        )
        rows: list[FragmentEntry] = []
        with SegmentWriter.create(self.root, header, key.secret) as writer:
            for group in clip.groups() * repeat:
                samples = [clip.samples[at] for at in group]
                sequence = self.sequences.get(run_id, 0)
                self.sequences[run_id] = sequence + 1
                done = rows[-1].media_start + rows[-1].duration if rows else media_start
                wall_us = start_us + ticks_to_us(done - media_start)
                duration = sum(sample.duration for sample in samples)
                written = writer.append(
                    Fragment(
                        sequence=sequence,
                        start_us=wall_us,
                        media_start=done,
                        duration=duration,
                        key=samples[0].key,
                        camera_offset_us=None,
                        lost=0,
                        samples=pack_samples(samples),
                        payload=b"".join(clip.units[at] for at in group),
                    )
                )
                rows.append(
                    FragmentEntry(
                        written.offset,
                        written.size,
                        sequence,
                        wall_us,
                        done,
                        duration,
                        samples[0].key,
                    )
                )
        told = rows if indexed is None else rows[:indexed]
        last = told[-1]
        segment = Segment(
            path=str(writer.path),
            camera_id=camera_id,
            stream=stream,
            run_id=run_id,
            codec=clip.config.rfc6381,
            width=picture.width,
            height=picture.height,
            start_us=start_us,
            end_us=last.start_us + ticks_to_us(last.duration),
            size=last.offset + last.size,
            open=indexed is not None,
            index=pack_fragments(told),
        )
        self.catalog.recordings.save_segment(segment)
        return segment

    def playlist(self, span: Span) -> str:
        return self.playback.playlist(self.camera.id, MAIN, span)

    def clip(self, span: Span, path: Path) -> Path:
        footage = self.playback.clip(self.camera.id, MAIN, span)
        data = b"".join(footage.chunks)
        assert len(data) == footage.size
        path.write_bytes(data)
        return path

    def redacted(self, coverer: Coverer, **changes: Any) -> RedactedPlayback:
        """The street's redacted rendition; `changes` replace what a test cares about."""
        told: dict[str, Any] = {
            "recipe_for": lambda camera_id: Recipe(),
            "model": lambda: "0f" * 32,
            "rate": 5.0,
            "masks": self.root.parent / "masks",
        }
        told |= changes
        recorded = self.catalog.recordings
        return RedactedPlayback(recorded, self.keys, self.root, self.clock, coverer, **told)

    def save(self, playlist: str, folder: Path, playback: PlaybackSource | None = None) -> Path:
        """The playlist and everything that it names, as files, for a player that knows no gate."""
        playback = playback or self.playback
        for kind, key in set(re.findall(r"media/(init|part)/([\w-]+)\.m", playlist)):
            (folder / "media" / kind).mkdir(parents=True, exist_ok=True)
            if kind == "init":
                data = playback.init(self.camera.id, key)
                (folder / f"media/init/{key}.mp4").write_bytes(data)
            else:
                part = playback.part(self.camera.id, key)
                data = b"".join(part.chunks)
                assert part.size in {None, len(data)}
                (folder / f"media/part/{key}.m4s").write_bytes(data)
        path = folder / "playback.m3u8"
        path.write_text(playlist)
        return path


def camera_named(name: str) -> CameraDraft:
    return CameraDraft(
        name=name,
        place="Plaza San Martín",
        main=Address("rtsp", "10.1.2.3", 554, "/main"),
        sub=None,
        papers=Papers("traffic safety", "Ley 25.326", "Tránsito"),
        enabled=True,
    )
