"""A year after their approval papers are to be looked at again, and everybody is told."""

from pathlib import Path

from farola.app.parts import open_parts
from farola.app.reviews import Reviews
from farola.base import Kind, ManualClock
from farola.config import Settings
from farola.model import REVIEW_US, Address, CameraDraft, Papers

NOW_US = 1_795_500_000_000_000


def test_a_review_is_due_after_a_year_and_approving_again_does_it(tmp_path: Path) -> None:
    storage = {"data": tmp_path / "data", "keys": tmp_path / "keys"}
    clock = ManualClock(NOW_US)
    with open_parts(Settings.parse({"storage": storage}), clock, create=True) as parts:
        papers = Papers("safety", "by-law 7", "public works", "works", "report 3", density=125)
        address = Address("rtsp", "10.0.0.9", 554, "/main")
        cameras = parts.catalog.cameras
        north = cameras.add(CameraDraft("n", "North gate", address, None, papers, enabled=True))
        cameras.add(CameraDraft("s", "South gate", address, None, papers, enabled=True))
        cameras.approve(north.id, north.papers_digest, None)
        reviews = Reviews(parts)
        clock.advance(REVIEW_US - 1)
        reviews.look()
        assert reviews.alarms() == []
        clock.advance(1)
        reviews.look()
        (alarm,) = reviews.alarms()
        assert alarm.kind is Kind.REVIEW_DUE
        assert "North gate" in alarm.message
        assert "South gate" not in alarm.message
        cameras.approve(north.id, north.papers_digest, None)
        reviews.look()
        assert reviews.alarms() == []
