"""Entries, patterns of conduct and findings as JSON."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field, StringConstraints

from farola.api.fields import Answer, Body, Micros
from farola.model import Entry, EntryKind
from farola.oversight import CameraConduct, Finding, FindingKind, PersonConduct

_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
_MOST_INDEX = 1 << 52

KindsQuery = Annotated[
    list[EntryKind], Query(max_length=40, description="Only these kinds; none is any")
]
BeforeQuery = Annotated[
    int | None, Query(ge=0, le=_MOST_INDEX, description="The `next` of an earlier page")
]
EntryLimit = Annotated[int, Query(ge=1, le=500)]
EntryIndex = Annotated[int, Path(ge=0, le=_MOST_INDEX, description="An entry's number")]


class EntryAnswer(Answer):
    """`body` is null where it was erased; the leaf stays in the tree."""

    index: int
    ts_us: Micros
    kind: EntryKind
    body: dict[str, Any] | None

    @classmethod
    def of(cls, entry: Entry) -> "EntryAnswer":
        return cls(index=entry.index, ts_us=entry.ts_us, kind=entry.kind, body=entry.body)


class EntryList(Answer):
    entries: list[EntryAnswer]
    next: int | None


class OpenedEntry(Answer):
    """What `verify_ledger.py entry` takes: leaf, salt, body, and a proof as text."""

    leaf: str
    salt: str
    body: dict[str, Any]
    proof: str


class PersonConductAnswer(Answer):
    person_id: str
    name: str
    looks: int
    originals: int
    seconds: int
    exports: int
    requests: int
    granted: int
    refused: int
    glass: int
    cameras: int

    @classmethod
    def of(cls, one: PersonConduct) -> "PersonConductAnswer":
        return cls(
            person_id=one.person_id,
            name=one.name,
            looks=one.looks,
            originals=one.originals,
            seconds=one.seconds,
            exports=one.exports,
            requests=one.requests,
            granted=one.granted,
            refused=one.refused,
            glass=one.glass,
            cameras=len(one.cameras),
        )


class CameraConductAnswer(Answer):
    camera_id: str
    looks: int
    originals: int
    seconds: int
    exports: int
    people: int

    @classmethod
    def of(cls, one: CameraConduct) -> "CameraConductAnswer":
        return cls(
            camera_id=one.camera_id,
            looks=one.looks,
            originals=one.originals,
            seconds=one.seconds,
            exports=one.exports,
            people=len(one.people),
        )


class FindingAnswer(Answer):
    """A statement to look into; `entries` are the numbers of entries that show it."""

    kind: FindingKind
    person_id: str
    name: str
    other_name: str
    count: int
    entries: list[int]

    @classmethod
    def of(cls, one: Finding) -> "FindingAnswer":
        return cls(
            kind=one.kind,
            person_id=one.person_id,
            name=one.name,
            other_name=one.other_name,
            count=one.count,
            entries=list(one.entries),
        )


class ConductAnswer(Answer):
    people: list[PersonConductAnswer]
    cameras: list[CameraConductAnswer]
    findings: list[FindingAnswer]


class NoteBody(Body):
    """`about` is the number of an entry, null for a note of its own."""

    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True, pattern=_TEXT),
    ]
    about: Annotated[int, Field(ge=0, le=_MOST_INDEX)] | None = None


class ReportBody(Body):
    start_us: Micros
    end_us: Micros
    language: Literal["es", "en"] = "es"
