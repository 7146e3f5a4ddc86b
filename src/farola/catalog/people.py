"""People who sign in, and their sessions."""

import unicodedata

from sqlalchemy import delete, func, insert, select, update

from farola.base import Clock, Error, Kind, new_id
from farola.catalog import fields
from farola.catalog.database import Database
from farola.catalog.tables import HASH_WIDTH, NAME_WIDTH, PersonRow, SessionRow
from farola.model import Person, Session


def name_key(name: str) -> str:
    """What makes two names the same: neither case, nor composition, nor outer blanks."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


class People:
    """The accounts' rows; implements what `farola.access` declares as `Accounts`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def count(self) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(PersonRow)).scalar_one()

    def add(self, name: str, password_hash: str) -> Person:
        """A new account; `Error(CONFLICT)` when the name, however spelt, is taken."""
        name = fields.text(name.strip(), "name", NAME_WIDTH)
        person = Person(new_id("per"), name, self._clock.wall_us())
        with self._database.write() as connection:
            key = fields.text(name_key(name), "name", NAME_WIDTH * 3)
            if connection.execute(select(PersonRow.id).where(PersonRow.name_key == key)).first():
                raise Error(Kind.CONFLICT, "somebody has this name already", field="name")
            connection.execute(
                insert(PersonRow).values(
                    id=person.id,
                    name=name,
                    name_key=key,
                    password_hash=fields.text(password_hash, "password_hash", HASH_WIDTH),
                    created_us=person.created_us,
                )
            )
        return person

    def by_name(self, name: str) -> tuple[Person, str] | None:
        """The person and the password's hash; None when nobody has the name."""
        if "\x00" in name or any("\ud800" <= c <= "\udfff" for c in name):
            return None  # no stored name holds these, and PostgreSQL cannot even be asked
        with self._database.read() as connection:
            row = connection.execute(
                select(
                    PersonRow.id, PersonRow.name, PersonRow.created_us, PersonRow.password_hash
                ).where(PersonRow.name_key == name_key(name))
            ).one_or_none()
        return None if row is None else (Person(row[0], row[1], row[2]), row[3])

    def set_password_hash(self, person_id: str, password_hash: str) -> None:
        """Replace the hash; the old one leaves the file. `Error(NOT_FOUND)`."""
        password_hash = fields.text(password_hash, "password_hash", HASH_WIDTH)
        with self._database.write() as connection:
            changed = connection.execute(
                update(PersonRow)
                .where(PersonRow.id == person_id)
                .values(password_hash=password_hash)
            )
            if not changed.rowcount:
                raise Error(Kind.NOT_FOUND, "no such person")
        self._database.scrub()

    def list(self) -> tuple[Person, ...]:
        """Everybody with an account, by name."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PersonRow.id, PersonRow.name, PersonRow.created_us).order_by(
                    PersonRow.name_key
                )
            ).all()
        return tuple(Person(row[0], row[1], row[2]) for row in rows)


class Sessions:
    """The sign-ins' rows, found by the token's SHA-256; implements access's `SessionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, token_hash: bytes, person_id: str, created_us: int, expires_us: int) -> None:
        fields.blob(token_hash, "token_hash", 32)
        with self._database.write() as connection:
            connection.execute(
                insert(SessionRow).values(
                    token_hash=token_hash,
                    person_id=person_id,
                    created_us=fields.time_us(created_us, "created_us"),
                    expires_us=fields.time_us(expires_us, "expires_us"),
                )
            )

    def by_token_hash(self, token_hash: bytes) -> Session | None:
        """The session, ended or not; whoever asks compares `expires_us` with the time."""
        with self._database.read() as connection:
            row = connection.execute(
                select(
                    PersonRow.id,
                    PersonRow.name,
                    PersonRow.created_us,
                    SessionRow.created_us,
                    SessionRow.expires_us,
                )
                .join(PersonRow, PersonRow.id == SessionRow.person_id)
                .where(SessionRow.token_hash == token_hash)
            ).one_or_none()
        return None if row is None else Session(Person(row[0], row[1], row[2]), row[3], row[4])

    def delete(self, token_hash: bytes) -> None:
        """End one session; ending one that is not there is no error."""
        with self._database.write() as connection:
            connection.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))

    def delete_of(self, person_id: str, keep: bytes | None = None) -> int:
        """End a person's sessions, but not the one with the hash `keep`; how many ended."""
        statement = delete(SessionRow).where(SessionRow.person_id == person_id)
        if keep is not None:
            statement = statement.where(SessionRow.token_hash != keep)
        with self._database.write() as connection:
            return connection.execute(statement).rowcount

    def delete_expired(self, now_us: int) -> int:
        """Forget the sessions that ended by themselves; how many."""
        with self._database.write() as connection:
            return connection.execute(
                delete(SessionRow).where(SessionRow.expires_us <= now_us)
            ).rowcount
