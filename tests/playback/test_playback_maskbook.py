"""Masks are computed once, kept encrypted beside their pictures, and never believed blindly."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from media_footage import Footage
from playback_coverer import LocalCoverer, somebody
from playback_street import MAIN, START_US, Street

from farola.base import Error, Kind
from farola.model import CoverJob, Recipe, Span, unpack_masks
from farola.playback import RedactedPlayback

Get = Callable[..., Footage]
SECOND_US = 1_000_000
WHOLE = Span(START_US, START_US + 10 * SECOND_US)


@pytest.fixture
def folder(street: Street) -> Path:
    return street.root.parent / "masks"


@pytest.fixture
def recorded(footage: Get, street: Street) -> Footage:
    source = footage("h264-b")
    street.segment(source, street.begin_run(START_US), START_US, 500_000)
    return source


def watch(redacted: RedactedPlayback, street: Street) -> list[bytes]:
    """Every part, in order."""
    text = redacted.playlist(street.camera.id, MAIN, WHOLE)
    keys = re.findall(r"media/part/([\w-]+)", text)
    return [b"".join(redacted.part(street.camera.id, key).chunks) for key in keys]


def watched(street: Street, **changes: object) -> tuple[list[bytes], list[CoverJob]]:
    """What a new viewer gets, and what the coverer was asked for."""
    coverer = LocalCoverer(somebody)
    return watch(street.redacted(coverer, **changes), street), coverer.jobs


def test_the_next_viewer_sees_the_same_without_a_detector(
    street: Street, recorded: Footage, folder: Path
) -> None:
    first, jobs = watched(street)
    assert [job.masks for job in jobs] == [None] * 3
    assert len(list(folder.rglob("*.mask"))) == 3
    second, jobs = watched(street)
    assert second == first
    assert all(job.masks and job.lead == 0 for job in jobs)
    given = [set(unpack_masks(job.masks or b"")) for job in jobs]
    assert given == [{unit.media for unit in job.units} for job in jobs]


def test_a_clip_and_a_still_take_what_parts_have_left(street: Street, recorded: Footage) -> None:
    watched(street)
    coverer = LocalCoverer(somebody)
    redacted = street.redacted(coverer)
    assert list(redacted.clip(street.camera.id, MAIN, WHOLE).chunks)
    redacted.still(street.camera.id, MAIN, START_US)
    redacted.key_frame(street.camera.id, MAIN, START_US)
    assert coverer.asked == []


def test_a_key_frame_seen_twice_is_looked_at_once(
    street: Street, recorded: Footage, folder: Path
) -> None:
    coverer = LocalCoverer(somebody)
    redacted = street.redacted(coverer)
    for look in (redacted.key_frame, redacted.key_frame, redacted.still):
        look(street.camera.id, MAIN, START_US + SECOND_US)
    assert [job.masks is None for job in coverer.jobs] == [True, False, False]
    # One mask is not enough for a film, and does not replace a film's.
    _, jobs = watched(street)
    assert [job.masks for job in jobs] == [None] * 3


@pytest.mark.parametrize(
    "changes",
    [
        {"model": lambda: "another model's hash"},
        {"recipe_for": lambda camera_id: Recipe(margin=0.5)},
        {"recipe_for": lambda camera_id: Recipe(private=(((0, 0), (1, 0), (1, 1)),))},
    ],
    ids=["model", "margin", "private"],
)
def test_masks_of_another_recipe_or_model_are_not_used(
    street: Street, recorded: Footage, changes: dict[str, object]
) -> None:
    watched(street)
    _, jobs = watched(street, **changes)
    assert [job.masks for job in jobs] == [None] * 3
    _, jobs = watched(street, **changes)
    assert all(job.masks for job in jobs)


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a flipped bit": flip,
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "empty": lambda path: path.write_bytes(b""),
    "nonsense": lambda path: path.write_bytes(b"mask" * 100),
    "gone": lambda path: path.unlink(),
    "a directory": lambda path: (path.unlink(), path.mkdir()),
    "another fragment's": lambda path: shutil.copy(
        next(one for one in sorted(path.parent.iterdir()) if one != path), path
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_masks_are_computed_anew(
    street: Street, recorded: Footage, folder: Path, damage: str
) -> None:
    first, _ = watched(street)
    DAMAGES[damage](sorted(folder.rglob("*.mask"))[0])
    second, jobs = watched(street)
    assert len([job for job in jobs if job.masks is None]) == 1
    assert [len(part) for part in second] == [len(part) for part in first]


def test_masks_are_shredded_with_their_pictures(
    street: Street, recorded: Footage, folder: Path
) -> None:
    watched(street)
    (epoch,) = street.keys.epochs()
    street.keys.destroy_epoch(epoch)
    assert list(folder.rglob("*.mask"))
    with pytest.raises(Error) as caught:
        watched(street)
    assert caught.value.kind is Kind.KEY_DESTROYED


def test_what_is_kept_tells_nothing_without_the_key(
    street: Street, recorded: Footage, folder: Path
) -> None:
    watched(street)
    kept = {path: path.read_bytes() for path in folder.rglob("*.mask")}
    _, jobs = watched(street)
    for job in jobs:
        for mask in unpack_masks(job.masks or b"").values():
            assert not any(mask in data for data in kept.values())
    names = {path.relative_to(folder).parts[0] for path in kept}
    assert names == {street.camera.id}


def test_nothing_is_kept_where_nothing_is_to_be_kept(
    street: Street, recorded: Footage, folder: Path
) -> None:
    watched(street, masks=None)
    assert not folder.exists()


def test_a_full_disk_costs_nobody_their_pictures(
    street: Street, recorded: Footage, folder: Path
) -> None:
    folder.write_text("a file where the directory should be")
    parts, _ = watched(street)
    assert len(parts) == 3


def test_masks_of_a_detector_that_failed_are_not_kept(
    street: Street, recorded: Footage, folder: Path
) -> None:
    """Only the fragment in which all went well is remembered."""
    coverer = LocalCoverer(
        lambda media: Kind.DETECTOR_FAILED if media < 500_000 + 90_000 else somebody(media)
    )
    watch(street.redacted(coverer), street)
    assert len(list(folder.rglob("*.mask"))) <= 2
    _, jobs = watched(street)
    assert jobs[0].masks is None
