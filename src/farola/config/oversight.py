"""Settings by which a town is looked after: the ledger, its witnesses, retention."""

from datetime import date
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from farola.config.sections import Section
from farola.model import (
    MOST_HOURS,
    STANDARD_HOURS,
    RetentionClass,
    parse_retention_class,
    parse_shift,
)


def _origin(name: str) -> str:
    if any(each.isspace() or each == "+" for each in name) or "://" in name:
        raise ValueError("must look like town.example/ledger: no scheme, no blanks, no plus signs")
    return name


def _witness(text: str) -> str:
    url, _, key = text.partition(" ")
    if urlsplit(url).scheme not in {"http", "https"} or key.count("+") < 2:
        raise ValueError("must be an address and a verifier key: 'https://… NAME+ID+KEY'")
    return text


def _authority(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("must be an http:// or https:// address")
    return url


class Ledger(Section):
    """The ledger of everything of consequence, and who watches over it."""

    directory: Path | None = Field(
        default=None,
        description="Directory of the ledger's own database; unset: `storage.data`/ledger. A disk "
        "of its own keeps it from being full when the recordings' disk is.",
    )
    origin: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_origin)] | None = (
        Field(
            default=None,
            description="Name under which the log signs, such as `town.example/ledger`; unset: one "
            "made of the keystore's fingerprint. It must never change once entries were given out.",
        )
    )
    checkpoint_seconds: int = Field(
        default=60, ge=1, le=3_600, description="Longest time from an entry to a checkpoint of it."
    )
    checkpoint_entries: int = Field(
        default=1_000, ge=1, le=100_000, description="Most entries that no checkpoint is of yet."
    )
    witnesses: tuple[Annotated[str, AfterValidator(_witness)], ...] = Field(
        default=(),
        description="Witnesses that cosign checkpoints: for each its address and its verifier key, "
        "with a blank between them. Nothing else of this section leaves the machine.",
    )
    timestamp_url: Annotated[str, AfterValidator(_authority)] | None = Field(
        default=None,
        description="A timestamp authority (RFC 3161) that is asked for a token of the newest "
        "checkpoint every hour; unset: none is. It is told a hash and nothing else.",
    )
    timestamp_roots: Path | None = Field(
        default=None,
        description="PEM file of the root certificates by which its tokens are checked.",
    )
    witness_silent_seconds: int = Field(
        default=3_600,
        ge=1,
        le=30 * 86_400,
        description="A witness that cosigned nothing for so long is an alarm.",
    )

    @model_validator(mode="after")
    def _can_check_tokens(self) -> Self:
        if self.timestamp_url is not None and self.timestamp_roots is None:
            raise ValueError("timestamp_url needs timestamp_roots, by which its tokens are checked")
        return self


def _class(text: str) -> str:
    parse_retention_class(text)
    return text


class Retention(Section):
    """How long recordings can be read. Then their keys are destroyed, and nobody can any more."""

    hours: int = Field(
        default=STANDARD_HOURS,
        ge=1,
        le=MOST_HOURS,
        description="Hours until an hour's recordings are destroyed. More than 72 need a written "
        "justification that ends.",
    )
    justification: Annotated[str, Field(max_length=2_000)] = Field(
        default="", description="Why recordings are kept for more than 72 hours."
    )
    justified_until: date | None = Field(
        default=None,
        description="The day on which that justification ends; from then on 72 hours hold again.",
    )
    classes: tuple[Annotated[str, AfterValidator(_class)], ...] = Field(
        default=(),
        description="Classes that a camera's papers may name, each 'NAME HOURS' or, above 72, "
        "'NAME HOURS UNTIL JUSTIFICATION', such as 'bank 240 2027-06-30 Ordinance 12/2026'. After "
        "that day its cameras keep `hours`.",
    )
    minimum_hours: int | None = Field(
        default=None,
        ge=1,
        description="When the disk is short of room, hours older than this may go before their "
        "time, the oldest first; unset: none may, and recording pauses when the disk is full.",
    )
    early_alarm_bytes: int = Field(
        default=10_000_000_000,
        ge=0,
        description="Free bytes below which the disk counts as short of room: an alarm, before "
        "`storage.min_free_bytes` stops recording.",
    )
    longest_hold_days: int = Field(
        default=366, ge=1, le=3_660, description="Longest time for which a hold may be placed."
    )

    @model_validator(mode="after")
    def _is_justified(self) -> Self:
        if self.hours > STANDARD_HOURS and not (
            self.justification.strip() and self.justified_until
        ):
            raise ValueError(f"hours above {STANDARD_HOURS} need justification and justified_until")
        names = [each.name for each in self.parsed_classes]
        if len(names) != len(set(names)):
            raise ValueError("two retention classes have the same name")
        return self

    @property
    def parsed_classes(self) -> tuple[RetentionClass, ...]:
        return tuple(parse_retention_class(each) for each in self.classes)

    def hours_on(self, day: date) -> int:
        """The hours that hold on a day: those justified, until the justification ends."""
        if self.justified_until is not None and day > self.justified_until:
            return min(self.hours, STANDARD_HOURS)
        return self.hours


class Grants(Section):
    """Requests for originals: how much may be asked for, and for how long it is given."""

    longest_minutes: int = Field(
        default=480, ge=1, le=10_080, description="Longest time for which a grant is given."
    )
    longest_span_hours: int = Field(
        default=24, ge=1, le=744, description="Longest recorded span that may be asked for."
    )
    longest_live_minutes: int = Field(
        default=60, ge=1, le=1_440, description="Longest time of live originals."
    )
    request_hours: int = Field(
        default=24, ge=1, le=720, description="Hours after which an undecided request lapses."
    )
    break_glass: bool = Field(
        default=False,
        description="Whether originals may be seen at once in an emergency, without a second "
        "person: announced to everybody, and reviewed afterwards.",
    )
    glass_minutes: int = Field(
        default=15, ge=1, le=60, description="Minutes for which a broken glass gives originals."
    )
    review_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        description="Hours within which a broken glass is reviewed, or the account is suspended.",
    )


def _shift(text: str) -> str:
    parse_shift(text)
    return text


class Oversight(Section):
    """What auditors are told of conduct."""

    shifts: tuple[Annotated[str, AfterValidator(_shift)], ...] = Field(
        default=(),
        description="When people are on duty, such as `operadora 1-5 06:00-14:00`: name, weekdays "
        "from 1 for Monday, times on the town's clocks. Looks outside are pointed out; people "
        "without a shift are not judged by one.",
    )


def _web(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("must be an address such as https://cameras.example")
    return url


class Public(Section):
    """The public page that anybody may read, and that may be hosted apart."""

    url: Annotated[str, Field(max_length=300), AfterValidator(_web)] | None = Field(
        default=None,
        description="Address of the hosted public page, such as `https://cameras.example`, for the "
        "QR codes on notices; unset: `server.public_url`/public. Without either none are made.",
    )
    refresh_seconds: int = Field(
        default=600, ge=2, le=86_400, description="How often the page is made anew."
    )
