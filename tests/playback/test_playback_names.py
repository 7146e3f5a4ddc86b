"""Names of parts and init segments: strict, and bound to their camera."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from media_footage import Footage
from playback_street import MAIN, START_US, Street, camera_named

from farola.base import Error, Kind
from farola.model import Span
from farola.playback.names import PartName, init_name, init_path, part_name

Get = Callable[..., Footage]
CLIP_US = 3_000_000


def parts_of(text: str) -> list[str]:
    return re.findall(r"media/part/([\w-]+)\.m4s", text)


def kind_of(call: Callable[[], object]) -> Kind:
    with pytest.raises(Error) as caught:
        call()
    return caught.value.kind


def test_another_cameras_names_are_not_found(footage: Get, street: Street) -> None:
    source = footage("h264")
    other = street.catalog.cameras.add(camera_named("Puerto"))
    street.segment(source, street.begin_run(START_US), START_US, 0)
    run_id = street.begin_run(START_US, other)
    foreign = street.segment(source, run_id, START_US, 0, camera=other)
    name = init_name(foreign.path)
    assert name
    (key,) = parts_of(street.playback.playlist(other.id, MAIN, Span(START_US, START_US + CLIP_US)))
    assert street.playback.part(other.id, key).size
    assert kind_of(lambda: street.playback.part(street.camera.id, key)) is Kind.NOT_FOUND
    assert kind_of(lambda: street.playback.init(street.camera.id, name)) is Kind.NOT_FOUND
    # A file that was carried into another camera's directory still tells whose it is.
    stolen = street.root / foreign.path.replace(other.id, street.camera.id)
    (street.root / foreign.path).rename(stolen)
    assert kind_of(lambda: street.playback.part(street.camera.id, key)) is Kind.NOT_FOUND
    assert kind_of(lambda: street.playback.init(street.camera.id, name)) is Kind.NOT_FOUND


def test_a_name_for_bytes_that_are_no_fragments_gives_nothing(footage: Get, street: Street) -> None:
    source = footage("h264")
    segment = street.segment(source, street.begin_run(START_US), START_US, 0)
    (key,) = parts_of(street.playlist(Span(START_US, START_US + CLIP_US)))
    init, first, end = key.rsplit("-", 2)
    for bad in (
        part_name(init, int(first, 16) + 1, int(end, 16)),
        part_name(init, int(first, 16), int(end, 16) - 1),
        part_name(init, int(first, 16), int(end, 16) + 1),
        part_name(init, 1 << 50, 1 << 51),
        part_name(init, 0, segment.size),
    ):
        with pytest.raises(Error) as caught:
            street.playback.part(street.camera.id, bad)
        assert caught.value.kind in {Kind.NOT_FOUND, Kind.FILE_DAMAGED}


@given(st.text(max_size=60) | st.from_regex(r"[ms]-[0-9]{8}-[0-9]{6}-[\w./-]{1,20}"))
@example("m-20261124-060000-..-0000")
@example("m-20261124-060000-a/../../b-0000-1-2")
@example("m-20261124-060000-aaaa-0000-2-1")
@example("m-20261124-060000-aaaa-0000\n")
def test_any_name_leads_nowhere_else(key: str) -> None:
    for parse in (lambda: init_path("cam-1", key), lambda: PartName.parse("cam-1", key).path):
        path = PurePosixPath("cam-1/main/none/none")
        with suppress(Error):
            path = parse()
        assert path.parts[:2] in {("cam-1", "main"), ("cam-1", "sub")}
        assert len(path.parts) == 4
        assert ".." not in path.parts
    assert kind_of(lambda: init_path("../x", "m-20261124-060000-aaaa-0000")) is Kind.NOT_FOUND


def test_names_go_there_and_back() -> None:
    path = "cam-1/sub/2026-11-24/060000-7f3k9q2m-0012.fseg"
    name = init_name(path)
    assert name == "s-20261124-060000-7f3k9q2m-0012"
    assert str(init_path("cam-1", name)) == path
    found = PartName.parse("cam-1", part_name(name, 500, 41_000))
    assert (str(found.path), found.first, found.end) == (path, 500, 41_000)
    assert init_name("cam-1/main/../../x.fseg") is None
