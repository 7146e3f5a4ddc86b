"""Settings by which a town is looked after: the ledger, its witnesses, retention."""

from datetime import date
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from farola.config.sections import Section

STANDARD_HOURS = 72


def _origin(name: str) -> str:
    if any(each.isspace() or each == "+" for each in name) or "://" in name:
        raise ValueError("must look like town.example/ledger: no scheme, no blanks, no plus signs")
    return name


def _witness(text: str) -> str:
    url, _, key = text.partition(" ")
    if urlsplit(url).scheme not in {"http", "https"} or key.count("+") < 2:
        raise ValueError("must be an address and a verifier key: 'https://… NAME+ID+KEY'")
    return text


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
    witness_silent_seconds: int = Field(
        default=3_600,
        ge=1,
        le=30 * 86_400,
        description="A witness that cosigned nothing for so long is an alarm.",
    )


class Retention(Section):
    """How long recordings can be read. Then their keys are destroyed, and nobody can any more."""

    hours: int = Field(
        default=STANDARD_HOURS,
        ge=1,
        le=366 * 24,
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
        return self

    def hours_on(self, day: date) -> int:
        """The hours that hold on a day: those justified, until the justification ends."""
        if self.justified_until is not None and day > self.justified_until:
            return min(self.hours, STANDARD_HOURS)
        return self.hours
