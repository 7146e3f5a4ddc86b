"""`farola redact`: a video file in, a covered MP4 and a report out."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from farola import __version__
from farola.app.darkroom import FileFacts
from farola.app.footage import check_model, open_footage
from farola.app.recipes import recipe_of
from farola.base import Clock, Error, Kind, disk_kind
from farola.config import Settings
from farola.media import TICKS_PER_SECOND, Codec, CodecConfig, MovieTable
from farola.media.index import Sample
from farola.model import CoveredUnit, Recipe

Progress = Callable[[int, int], None]
"""Told pictures done and pictures in all; the latter 0 where the file does not say."""

FILE_RATE = 3.3
"""Pictures of a file that are looked at a second: its later pictures are known as well, so fewer
are enough than live (docs/design/redaction.md has what they cover)."""

_CHUNK = 64
_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Redacted:
    """What became of a file."""

    pictures: int
    whole: int
    sound: bool


class _Movie:
    """An MP4 whose head is known only once all pictures are: they wait in a file beside it."""

    def __init__(self, room: Path) -> None:
        self.pictures = 0
        self._body: IO[bytes] = tempfile.TemporaryFile(dir=room)  # noqa: SIM115 - closed below
        self._table = MovieTable()
        self._config: CodecConfig | None = None
        self._chunk: list[Sample] = []
        self._last: CoveredUnit | None = None
        self._step = TICKS_PER_SECOND // 25

    def add(self, unit: CoveredUnit) -> None:
        if self._config is None:
            self._config = CodecConfig.from_parameter_sets(Codec.H264, unit.parameter_sets)
        elif self._config.parameter_sets != unit.parameter_sets:
            raise Error(Kind.INTERNAL, "the covered pictures changed their size")
        if self._last is not None:
            self._step = unit.media - self._last.media
            self._put(self._last)
        self._last = unit
        self._body.write(unit.payload)
        self.pictures += 1

    def write(self, target: Path) -> None:
        """The whole file at `target`, or nothing. Raises NO_VIDEO without a picture."""
        if self._last is None or self._config is None:
            raise Error(Kind.NO_VIDEO, "no picture in the file could be decoded")
        self._put(self._last)
        self._flush()
        unfinished = target.with_name(f".{target.name}.part")
        try:
            with unfinished.open("wb") as file:
                file.write(self._table.head((self._config,)))
                self._body.seek(0)
                shutil.copyfileobj(self._body, file, _COPY_BYTES)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    def close(self) -> None:
        self._body.close()

    def _put(self, unit: CoveredUnit) -> None:
        self._chunk.append(Sample(min(self._step, 0xFFFF_FFFF), len(unit.payload), 0, unit.key))
        if len(self._chunk) >= _CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._table.add(self._chunk, 1)
        self._chunk = []


class _Report:
    """What was covered in every picture and why, for whoever must answer for it."""

    def __init__(self, recipe: Recipe, rate: float) -> None:
        self.facts: FileFacts | None = None
        self._recipe = recipe
        self._rate = rate
        self._frames: list[dict[str, Any]] = []
        self._spans: list[dict[str, Any]] = []
        self._size = (0, 0)
        self._area = 0.0

    def add(self, unit: CoveredUnit) -> None:
        # Takes half a second to load; by now the darkroom and the detector are at work.
        from farola.redaction import Mask

        mask = Mask.unpack(unit.mask)
        at = unit.media / TICKS_PER_SECOND
        reason = unit.cover.reason
        number = len(self._frames)
        self._size = unit.width, unit.height
        self._area += mask.area
        self._frames.append(
            {
                "frame": number,
                "at": round(at, 6),
                "area": round(mask.area, 4),
                "masks": [list(each) for each in mask.rectangles()],
                "whole": reason,
            }
        )
        if reason is None:
            return
        last = self._spans[-1] if self._spans else None
        if last is not None and last["last"] == number - 1 and last["reason"] == reason:
            last |= {"last": number, "to": round(at, 6)}
        else:
            self._spans.append(
                {
                    "first": number,
                    "last": number,
                    "from": round(at, 6),
                    "to": round(at, 6),
                    "reason": reason,
                }
            )

    def write(self, path: Path, model: dict[str, str], source: str) -> None:
        count = len(self._frames)
        document = {
            "farola": __version__,
            "source": {"name": source, **(asdict(self.facts) if self.facts else {})},
            "result": {
                "codec": "h264",
                "width": self._size[0],
                "height": self._size[1],
                "sound": False,
            },
            "model": model,
            "settings": {**asdict(self._recipe), "detections_per_second": self._rate},
            "totals": {
                "frames": count,
                "whole": sum(each["whole"] is not None for each in self._frames),
                "mean_area": round(self._area / count, 4) if count else 0.0,
            },
            "fail_closed": self._spans,
            "frames": self._frames,
        }
        path.write_text(json.dumps(document, separators=(",", ":")) + "\n")


async def redact(
    source: Path,
    target: Path,
    settings: Settings,
    clock: Clock,
    *,
    report: Path | None = None,
    rate: float | None = None,
    progress: Progress = lambda done, total: None,
) -> Redacted:
    """Covers people and plates in `source` and writes `target`, an MP4 with H.264 and no sound.

    Raises FILE_REFUSED, NO_VIDEO, CODEC_UNSUPPORTED, PICTURE_TOO_LARGE, MODEL_MISSING and
    MODEL_WRONG, and disk errors; `target` is then left as it was.
    """
    try:
        _check_places(source, target)
        return await _redact(source, target, settings, clock, report, rate, progress)
    except OSError as error:
        raise Error(disk_kind(error), f"cannot write the result: {error.strerror}") from error


def _check_places(source: Path, target: Path) -> None:
    if target.exists() and source.exists() and target.samefile(source):
        raise Error(Kind.INVALID_INPUT, "the result would overwrite its source")
    if not target.parent.is_dir():
        raise Error(Kind.NOT_FOUND, f"there is no directory {target.parent}")


async def _redact(
    source: Path,
    target: Path,
    settings: Settings,
    clock: Clock,
    report: Path | None,
    rate: float | None,
    progress: Progress,
) -> Redacted:
    recipe = recipe_of(settings)
    rate = min(FILE_RATE, settings.vision.detections_per_second) if rate is None else rate
    told = _Report(recipe, rate)
    movie = _Movie(target.parent)
    whole = 0
    try:
        async with open_footage(source, settings, clock, lambda picture, seen: None) as footage:

            def facts(found: FileFacts) -> None:
                told.facts = found

            async for unit in footage.room.cover_file(recipe, rate, facts, keep=report is not None):
                if unit.cover.reason is not None:
                    check_model(footage.service)
                    whole += 1
                movie.add(unit)
                if report is not None:
                    told.add(unit)
                progress(movie.pictures, told.facts.pictures if told.facts else 0)
            load = footage.service.load()
        await asyncio.to_thread(movie.write, target)
        if report is not None:
            model = {"name": load.model, "sha256": load.sha256, "licence": load.licence}
            await asyncio.to_thread(told.write, report, model, source.name)
    finally:
        movie.close()
    return Redacted(movie.pictures, whole, bool(told.facts and told.facts.sound))
