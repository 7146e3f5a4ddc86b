"""Who looked at what, for how long, and what they took out: patterns by person and by camera.

About the people who work with Farola, never about those who were filmed. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from farola.model import UNDER_GRANT, Entry, EntryKind
from farola.oversight.reading import cameras, number, text


@dataclass(slots=True)
class PersonConduct:
    """`looks` counts those that ended, `originals` how many of them were uncovered."""

    person_id: str
    name: str
    looks: int = 0
    originals: int = 0
    seconds: int = 0
    exports: int = 0
    requests: int = 0
    granted: int = 0
    refused: int = 0
    glass: int = 0
    cameras: set[str] = field(default_factory=set)


@dataclass(slots=True)
class CameraConduct:
    camera_id: str
    looks: int = 0
    originals: int = 0
    seconds: int = 0
    exports: int = 0
    people: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Conduct:
    """By person with those who looked longest first, and so by camera."""

    people: tuple[PersonConduct, ...]
    cameras: tuple[CameraConduct, ...]


_OF_PEOPLE = {
    EntryKind.EXPORT: "exports",
    EntryKind.ORIGINAL_REQUESTED: "requests",
    EntryKind.GRANTED: "granted",
    EntryKind.REFUSED: "refused",
    EntryKind.GLASS_BROKEN: "glass",
}


def conduct(entries: Iterable[Entry]) -> Conduct:
    """The patterns of these entries, in whatever order they come."""
    people: dict[str, PersonConduct] = {}
    places: dict[str, CameraConduct] = {}
    for entry in entries:
        person_id = text(entry, "person")
        if not person_id:
            continue
        person = people.setdefault(person_id, PersonConduct(person_id, ""))
        person.name = text(entry, "person_name") or person.name
        member = _OF_PEOPLE.get(entry.kind)
        if member is not None:
            setattr(person, member, getattr(person, member) + 1)
        if entry.kind is EntryKind.LOOK_ENDED:
            _looked(entry, person, places)
        elif entry.kind is EntryKind.EXPORT:
            for camera_id in cameras(entry):
                place = places.setdefault(camera_id, CameraConduct(camera_id))
                place.exports += 1
                place.people.add(person_id)
    return Conduct(
        tuple(sorted(people.values(), key=lambda one: (-one.seconds, one.name, one.person_id))),
        tuple(sorted(places.values(), key=lambda one: (-one.seconds, one.camera_id))),
    )


def _looked(entry: Entry, person: PersonConduct, places: dict[str, CameraConduct]) -> None:
    original = text(entry, "rendition") in UNDER_GRANT
    seconds = max(0, number(entry, "seconds"))
    person.looks += 1
    person.originals += original
    person.seconds += seconds
    for camera_id in cameras(entry):
        person.cameras.add(camera_id)
        place = places.setdefault(camera_id, CameraConduct(camera_id))
        place.looks += 1
        place.originals += original
        place.seconds += seconds
        place.people.add(person.person_id)
