"""Retention classes as a town writes them down, and the day on which a justification ends."""

from datetime import date

import pytest

from farola.model import RetentionClass, hours_by_class, parse_retention_class

BANK = "bank 240 2027-06-30 Ordinance 12/2026, robberies"


def test_a_class_is_read() -> None:
    assert parse_retention_class("school 24") == RetentionClass("school", 24)
    assert parse_retention_class(BANK) == RetentionClass(
        "bank", 240, date(2027, 6, 30), "Ordinance 12/2026, robberies"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bank",
        "bank 0",
        "bank 240",
        "bank 73",
        "bank 240 2027-06-30",
        "bank 240 2027-06-31 no such day",
        "bank 99999 2027-06-30 too long",
        "standard 24",
        "Bank 24",
        "../bank 24",
        "bank -1",
    ],
)
def test_what_is_no_class_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|keeps|need|class|day|month|range"):
        parse_retention_class(text)


def test_a_class_holds_through_its_last_day_and_not_after() -> None:
    classes = [parse_retention_class(BANK), parse_retention_class("school 24")]
    assert hours_by_class(classes, date(2027, 6, 30)) == {"bank": 240, "school": 24}
    assert hours_by_class(classes, date(2027, 7, 1)) == {"school": 24}
