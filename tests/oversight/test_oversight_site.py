"""The public page: complete, without scripts, and what people wrote stays text."""

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from farola.base import Error
from farola.oversight import (
    CameraMonth,
    PublicCamera,
    SiteFacts,
    WitnessFacts,
    months,
    site,
)

NOW_US = 1_795_500_000_000_000
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


def facts(**changes: Any) -> SiteFacts:
    cameras = [
        PublicCamera("cam-1", "Plaza", "Tránsito", "Ord. 7", "Tránsito", "", 72, True, 1.0, 2.0),
        PublicCamera("cam-2", "Cruce", "Tránsito", "Ordenanza 7", "Tránsito", "", 72, False,
                     has_notice=True),
    ]  # fmt: skip
    lines = [CameraMonth("2026-11", 1_000, 3)]
    told: dict[str, Any] = {
        "town": "Villa Farola",
        "office": "Convivencia",
        "contact": "0362",
        "address": "Belgrano 1",
        "retention_hours": 72,
        "made_on": "2026-11-24",
        "cameras": cameras,
        "months": months([], lines, {}, ZoneInfo("UTC"), NOW_US),
        "checkpoint": "villa/ledger\n7\nAAAA\n",
        "verifier": "villa/ledger+1+A",
        "witnesses": [WitnessFacts("ombudsman", "ombudsman+1+B", 7)],
    }
    return SiteFacts(**(told | changes))


class Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                self.links.append(value or "")


def test_every_link_leads_to_a_file_that_is_there() -> None:
    files = site(facts())
    elsewhere = {"ledger/verify_ledger.py", "ledger/checkpoint"}
    notices = {"camera/cam-2.svg", "camera/cam-2.pdf"}
    for name, data in files.items():
        if not name.endswith(".html"):
            continue
        page = Reader(data.decode())
        assert len(page.ids) == len(set(page.ids))
        for link in page.links:
            target = link.partition("#")[0]
            if name.startswith("camera/"):
                target = target.removeprefix("../") if "../" in target else f"camera/{target}"
            assert target in {*files, *elsewhere, *notices}, (name, link)


def test_nothing_runs_and_nothing_comes_from_elsewhere() -> None:
    for name, data in site(facts()).items():
        text = data.decode()
        assert "http://" not in text
        assert "https://" not in text
        if name.endswith(".html"):
            page = Reader(text)
            assert not {"script", "iframe", "img", "form"} & set(page.tags)
            assert not {each for each in page.attributes if each.startswith("on")}
            assert "style" not in page.attributes
            assert 'lang="' in text


def test_what_people_wrote_stays_text() -> None:
    camera = PublicCamera(
        "cam-1", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 72, True, -27.4, -58.9, True
    )
    witness = WitnessFacts(HOSTILE, HOSTILE, 1)
    told = dict.fromkeys(("town", "office", "contact", "address", "checkpoint"), HOSTILE)
    made = site(facts(cameras=[camera], witnesses=[witness], **told))
    for name, data in made.items():
        if name.endswith(".html"):
            assert not {"script", "img"} & set(Reader(data.decode()).tags)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\tx"])
def test_a_cell_is_no_formula(text: str) -> None:
    camera = PublicCamera("cam-1", text, 'a "quoted", text', "b", "c", "", 72, True)
    rows = list(csv.DictReader(io.StringIO(site(facts(cameras=[camera]))["cameras.csv"].decode())))
    assert rows[0]["place"] == f"'{text}"
    assert rows[0]["purpose"] == 'a "quoted", text'


def test_the_data_says_what_the_page_says() -> None:
    made = site(facts())
    cameras = json.loads(made["cameras.json"])["cameras"]
    assert [each["id"] for each in cameras] == ["cam-1", "cam-2"]
    (month,) = json.loads(made["numbers.json"])["months"]
    assert (month["month"], month["cameras"], month["requests"]) == ("2026-11", 1, 0)
    (row,) = csv.DictReader(io.StringIO(made["numbers.csv"].decode()))
    assert row["availability"] == "997"
    assert (row["requests"], row["access_requests"], row["reason_crime"]) == ("0", "", "")
    over = facts(months=months([], [], {"2026-10": 1}, ZoneInfo("UTC"), NOW_US))
    _, row = csv.DictReader(io.StringIO(site(over)["numbers.csv"].decode()))
    assert (row["month"], row["access_requests"], row["reason_crime"]) == ("2026-10", "0", "0")


def test_a_town_without_anything_yet_has_a_page() -> None:
    made = site(facts(cameras=[], months=[], witnesses=[], checkpoint=""))
    assert "Todavía no hay sello" in made["index.html"].decode()
    assert made["numbers.csv"] == b"\r\n"


def test_one_place_many_cameras_and_the_ends_of_the_earth_are_drawn() -> None:
    for places in ([(0.0, 0.0)] * 3, [(-89.0, -179.0), (89.0, 179.0)]):
        cameras = [
            PublicCamera(f"cam-{n}", f"P{n}", "p", "b", "o", "", 72, True, *place)
            for n, place in enumerate(places)
        ]
        text = site(facts(cameras=cameras))["index.html"].decode()
        assert text.count("<circle") == len(places)
        assert "nan" not in text


@pytest.mark.parametrize("camera_id", ["../evil", "", "A", "a/b", "a.b", "a\n", "x" * 65])
def test_a_camera_whose_id_is_no_file_name_is_refused(camera_id: str) -> None:
    camera = PublicCamera(camera_id, "p", "p", "b", "o", "", 72, True)
    with pytest.raises(Error):
        site(facts(cameras=[camera]))


def test_a_camera_on_the_map_is_a_link_that_screen_readers_reach() -> None:
    camera = PublicCamera("cam-1", HOSTILE, "p", "b", "o", "", 72, True, 1.0, 2.0)
    text = site(facts(cameras=[camera]))["index.html"].decode()
    drawn = text[text.index("<svg") : text.index("</svg>")]
    assert 'role="img"' not in drawn
    assert 'href="camera/cam-1.html" aria-label="' in drawn
