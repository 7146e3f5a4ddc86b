"""People who sign in: accounts, their roles and who looks after them."""

import unicodedata
from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, insert, select, update

from farola.base import Clock, Error, Kind, new_id
from farola.catalog import fields
from farola.catalog.access_tables import AdministeredRow, AssignmentRow, GroupRow, PersonRow
from farola.catalog.database import Database
from farola.catalog.tables import HASH_WIDTH, MOST_SEALED_BYTES, NAME_WIDTH, SUBJECT_WIDTH
from farola.model import Assignment, Person, Role

_MOST_ASSIGNMENTS = 50


def name_key(name: str) -> str:
    """What makes two names the same: neither case, nor composition, nor outer blanks."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def people_in(connection: Connection, *where: object) -> list[tuple[Person, str]]:
    """People that fit, by name, each with the password's hash."""
    columns = (
        PersonRow.id,
        PersonRow.name,
        PersonRow.created_us,
        PersonRow.disabled,
        PersonRow.password_hash,
    )
    statement = select(*columns).order_by(PersonRow.name_key)
    for each in where:
        statement = statement.where(each)  # type: ignore[arg-type]
    rows = connection.execute(statement).all()
    roles = select(AssignmentRow.person_id, AssignmentRow.role, AssignmentRow.group_id)
    if len(rows) == 1:
        roles = roles.where(AssignmentRow.person_id == rows[0].id)
    held: dict[str, set[Assignment]] = {}
    for person_id, role, group_id in connection.execute(roles) if rows else ():
        held.setdefault(person_id, set()).add(Assignment(Role(role), group_id))
    return [
        (
            Person(row.id, row.name, row.created_us, frozenset(held.get(row.id, ())), row.disabled),
            row.password_hash,
        )
        for row in rows
    ]


class People:
    """The accounts' rows; implements what `farola.access` declares as `Accounts`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def count(self) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(PersonRow)).scalar_one()

    def add(
        self, name: str, password_hash: str, assignments: Iterable[Assignment] = frozenset()
    ) -> Person:
        """A new account; `Error(CONFLICT)` when the name, however spelt, is taken."""
        name = fields.text(name.strip(), "name", NAME_WIDTH)
        roles = frozenset(assignments)
        person = Person(new_id("per"), name, self._clock.wall_us(), roles)
        with self._database.write() as connection:
            key = fields.text(name_key(name), "name", NAME_WIDTH * 3)
            if connection.execute(select(PersonRow.id).where(PersonRow.name_key == key)).first():
                raise Error(Kind.CONFLICT, "somebody has this name already", field="name")
            connection.execute(
                insert(PersonRow).values(
                    id=person.id,
                    name=name,
                    name_key=key,
                    password_hash=fields.text(password_hash, "password_hash", HASH_WIDTH, least=0),
                    created_us=person.created_us,
                    disabled=False,
                    sealed_totp=None,
                    totp_step=0,
                    subject=None,
                )
            )
            _assign(connection, person.id, roles)
        return person

    def get(self, person_id: str) -> Person:
        """`Error(NOT_FOUND)` for an unknown person."""
        with self._database.read() as connection:
            found = people_in(connection, PersonRow.id == person_id)
        if not found:
            raise _unknown()
        return found[0][0]

    def by_name(self, name: str) -> tuple[Person, str] | None:
        """The person and the password's hash; None when nobody has the name."""
        if "\x00" in name or any("\ud800" <= c <= "\udfff" for c in name):
            return None  # no stored name holds these, and PostgreSQL cannot even be asked
        with self._database.read() as connection:
            found = people_in(connection, PersonRow.name_key == name_key(name))
        return found[0] if found else None

    def list(self) -> tuple[Person, ...]:
        """Everybody with an account, by name."""
        with self._database.read() as connection:
            return tuple(person for person, _ in people_in(connection))

    def set_password_hash(self, person_id: str, password_hash: str) -> None:
        """Replace the hash; the old one leaves the file. `Error(NOT_FOUND)`."""
        password_hash = fields.text(password_hash, "password_hash", HASH_WIDTH, least=0)
        self._change(person_id, password_hash=password_hash)
        self._database.scrub()

    def set_assignments(self, person_id: str, assignments: Iterable[Assignment]) -> None:
        """Replace a person's roles. `Error(NOT_FOUND)` for a person or group that is none."""
        with self._database.write() as connection:
            if not people_in(connection, PersonRow.id == person_id):
                raise _unknown()
            connection.execute(delete(AssignmentRow).where(AssignmentRow.person_id == person_id))
            _assign(connection, person_id, frozenset(assignments))

    def set_disabled(self, person_id: str, disabled: bool) -> None:
        self._change(person_id, disabled=disabled)

    def sealed_totp(self, person_id: str) -> bytes | None:
        """The sealed secret of the one-time codes; None for who has none. `Error(NOT_FOUND)`."""
        with self._database.read() as connection:
            row = connection.execute(
                select(PersonRow.sealed_totp).where(PersonRow.id == person_id)
            ).one_or_none()
        if row is None:
            raise _unknown()
        return row[0]

    def set_totp(self, person_id: str, sealed: bytes | None, step: int = 0) -> None:
        """Replace the secret, None removes it; `step` is the last one whose code was used."""
        if sealed is not None:
            sealed = fields.blob(sealed, "totp", MOST_SEALED_BYTES)
        self._change(person_id, sealed_totp=sealed, totp_step=step)
        self._database.scrub()

    def reseal_totp(self, person_id: str, sealed: bytes) -> None:
        """The same secret under another root; which codes were used stays known."""
        self._change(person_id, sealed_totp=fields.blob(sealed, "totp", MOST_SEALED_BYTES))
        self._database.scrub()

    def use_totp_step(self, person_id: str, step: int) -> bool:
        """Whether this step's code had not been used yet; of two at once one is told so."""
        with self._database.write() as connection:
            changed = connection.execute(
                update(PersonRow)
                .where(PersonRow.id == person_id, PersonRow.totp_step < step)
                .values(totp_step=step)
            )
            return changed.rowcount == 1

    def by_subject(self, subject: str) -> Person | None:
        """Who signs in with this subject of the town's identity provider."""
        with self._database.read() as connection:
            found = people_in(connection, PersonRow.subject == subject)
        return found[0][0] if found else None

    def set_subject(self, person_id: str, subject: str | None) -> None:
        """`Error(CONFLICT)` when the subject is somebody else's."""
        if subject is not None:
            subject = fields.text(subject, "subject", SUBJECT_WIDTH)
            owner = self.by_subject(subject)
            if owner is not None and owner.id != person_id:
                raise Error(Kind.CONFLICT, "somebody else signs in with this", field="subject")
        self._change(person_id, subject=subject)

    def subject(self, person_id: str) -> str | None:
        with self._database.read() as connection:
            row = connection.execute(
                select(PersonRow.subject).where(PersonRow.id == person_id)
            ).one_or_none()
        return None if row is None else row[0]

    def administered(self, person_id: str, by_id: str) -> None:
        """Keep in mind, for good, that one looked after the other's account."""
        with self._database.write() as connection:
            known = connection.execute(
                select(AdministeredRow.by_id).where(
                    AdministeredRow.person_id == person_id, AdministeredRow.by_id == by_id
                )
            ).first()
            if known is None:
                connection.execute(insert(AdministeredRow).values(person_id=person_id, by_id=by_id))

    def administrators_of(self, person_id: str) -> frozenset[str]:
        """The ids of those who ever looked after this account."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(AdministeredRow.by_id).where(AdministeredRow.person_id == person_id)
            )
            return frozenset(row[0] for row in rows)

    def _change(self, person_id: str, **values: object) -> None:
        with self._database.write() as connection:
            changed = connection.execute(
                update(PersonRow).where(PersonRow.id == person_id).values(**values)
            )
            if not changed.rowcount:
                raise _unknown()


def _assign(connection: Connection, person_id: str, roles: frozenset[Assignment]) -> None:
    if len(roles) > _MOST_ASSIGNMENTS:
        raise Error(Kind.INVALID_INPUT, f"at most {_MOST_ASSIGNMENTS} roles", field="assignments")
    for each in sorted(roles, key=lambda one: (one.role.value, one.group_id or "")):
        if each.group_id is not None:
            found = connection.execute(select(GroupRow.id).where(GroupRow.id == each.group_id))
            if found.first() is None:
                raise Error(Kind.NOT_FOUND, "there is no such group of cameras")
        connection.execute(
            insert(AssignmentRow).values(
                person_id=person_id,
                role=fields.word(each.role, "role", Role),
                group_id=each.group_id,
            )
        )


def _unknown() -> Error:
    return Error(Kind.NOT_FOUND, "no such person")
