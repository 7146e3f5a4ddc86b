"""Settings by which a town is looked after: the ledger and its witnesses."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from farola.config.sections import Section


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
