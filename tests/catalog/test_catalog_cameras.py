"""Cameras: what is kept, what is refused, what is never given back."""

from dataclasses import replace

import pytest
from catalog_rows import NOW_US, new_camera

from farola.base import Error, Kind
from farola.catalog import Catalog
from farola.model import Address, Camera, Mounting, Papers, Position


def test_a_camera_comes_back_as_it_went_in(catalog: Catalog) -> None:
    added = catalog.cameras.add(new_camera(), b"sealed")
    assert added == catalog.cameras.get(added.id)
    assert (added.name, added.place, added.created_us) == ("Plaza", "Plaza San Martín", NOW_US)
    assert added.main.url() == "rtsp://10.1.2.3:554/main?x=1"
    assert added.has_credentials
    assert catalog.cameras.sealed_credentials(added.id) == b"sealed"


def test_cameras_are_listed_by_name(catalog: Catalog) -> None:
    for name in ("b", "a", "c"):
        catalog.cameras.add(new_camera(name))
    assert [camera.name for camera in catalog.cameras.list()] == ["a", "b", "c"]


def test_an_update_keeps_the_credentials_and_may_drop_the_sub_stream(catalog: Catalog) -> None:
    camera = catalog.cameras.add(new_camera(), b"sealed")
    changed = replace(new_camera("Puente"), sub=None, main=Address("rtsps", "fd00::1", 322, "/"))
    updated = catalog.cameras.update(camera.id, changed)
    assert updated == catalog.cameras.get(camera.id)
    assert (updated.name, updated.sub, updated.has_credentials) == ("Puente", None, True)
    assert catalog.cameras.sealed_credentials(camera.id) == b"sealed"


def test_credentials_can_be_forgotten(catalog: Catalog) -> None:
    camera = catalog.cameras.add(new_camera(), b"sealed")
    catalog.cameras.set_credentials(camera.id, None)
    assert catalog.cameras.sealed_credentials(camera.id) is None
    assert not catalog.cameras.get(camera.id).has_credentials


def test_a_name_is_one_cameras(catalog: Catalog, camera: Camera) -> None:
    other = catalog.cameras.add(new_camera("other"))
    for refused in (
        lambda: catalog.cameras.add(new_camera()),
        lambda: catalog.cameras.update(other.id, new_camera()),
        lambda: catalog.cameras.add(new_camera("third"), camera_id=camera.id),
    ):
        with pytest.raises(Error) as error:
            refused()
        assert error.value.kind is Kind.CONFLICT
    assert catalog.cameras.update(camera.id, new_camera()).name == "Plaza"


def test_an_unknown_camera_is_not_found(catalog: Catalog) -> None:
    for refused in (
        lambda: catalog.cameras.get("cam-x"),
        lambda: catalog.cameras.update("cam-x", new_camera()),
        lambda: catalog.cameras.set_credentials("cam-x", None),
        lambda: catalog.cameras.sealed_credentials("cam-x"),
    ):
        with pytest.raises(Error) as error:
            refused()
        assert error.value.kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("name", "a\x1bb"),
        ("name", "\ud800"),
        ("place", ""),
        ("main", Address("rtsp", "h" * 254, 554, "/")),
        ("main", Address("rtsp", "", 554, "/")),
        ("main", Address("rtsp", "h", 65_536, "/")),
        ("main", Address("rtsp", "h", -1, "/")),
        ("main", Address("rtsp", "h", 554, "no-slash")),
        ("main", Address("rtsp", "h", 554, "/" + "x" * 1024)),
        ("main", Address("exec", "h", 554, "/")),  # type: ignore[arg-type]
        ("sub", Address("rtsp", "h", 554, "")),
        ("papers", Papers("", "law", "office")),
        ("papers", Papers("why", " ", "office")),
        ("papers", Papers("why", "law", "")),
        ("papers", Papers("x" * 2001, "law", "office")),
        ("papers", Papers("why", "law", "office", "x" * 2001)),
        ("papers", Papers("why", "law", "office", assessment="a\x00b")),
        ("papers", Papers("why", "law", "office", retention_class="../root")),
        ("papers", Papers("why", "law", "office", retention_class="")),
        ("papers", Papers("why", "law", "office", density=-1)),
        ("papers", Papers("why", "law", "office", density=5_001)),
        ("mounting", Mounting(0, 20, 80)),
        ("mounting", Mounting(5, 91, 80)),
        ("mounting", Mounting(5, 20, float("nan"))),
        ("position", Position(90.1, 0)),
        ("position", Position(0, float("inf"))),
    ],
)
def test_a_field_out_of_bounds_is_refused_and_nothing_is_stored(
    catalog: Catalog, field: str, value: object
) -> None:
    with pytest.raises(Error) as error:
        catalog.cameras.add(replace(new_camera(), **{field: value}))
    assert error.value.kind is Kind.INVALID_INPUT
    assert catalog.cameras.list() == ()


def test_a_camera_that_is_off_may_lack_papers(catalog: Catalog) -> None:
    draft = replace(new_camera(), papers=Papers("", "", ""), enabled=False)
    camera = catalog.cameras.add(draft)
    with pytest.raises(Error, match="purpose"):
        catalog.cameras.update(camera.id, replace(draft, enabled=True))


def test_incomplete_papers_cannot_be_approved(catalog: Catalog) -> None:
    camera = catalog.cameras.add(replace(new_camera(), papers=Papers("why", "law", "office")))
    with pytest.raises(Error, match="contact, assessment, density") as error:
        catalog.cameras.approve(camera.id, camera.papers_digest, None)
    assert error.value.kind is Kind.PAPERS_INCOMPLETE
    assert catalog.cameras.get(camera.id).approved_us is None


def test_too_long_credentials_are_refused(catalog: Catalog) -> None:
    with pytest.raises(Error, match="credentials"):
        catalog.cameras.add(new_camera(), b"x" * 8193)
