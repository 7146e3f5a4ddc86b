"""Sign-ins that last."""

from sqlalchemy import delete, insert, select, update

from farola.catalog import fields
from farola.catalog.access_tables import PersonRow, SessionRow
from farola.catalog.database import Database
from farola.catalog.people import people_in
from farola.catalog.tables import KIND_WIDTH, PLACE_WIDTH
from farola.model import Method, Session, session_id


class Sessions:
    """The sign-ins' rows, found by the token's SHA-256; implements access's `SessionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, token_hash: bytes, session: Session) -> None:
        fields.blob(token_hash, "token_hash", 32)
        with self._database.write() as connection:
            connection.execute(
                insert(SessionRow).values(
                    token_hash=token_hash,
                    person_id=session.person.id,
                    created_us=fields.time_us(session.created_us, "created_us"),
                    expires_us=fields.time_us(session.expires_us, "expires_us"),
                    method=session.method.value,
                    proved_us=fields.time_us(session.proved_us, "proved_us"),
                    passkey_id=session.passkey_id,
                    address=fields.line(session.address, KIND_WIDTH),
                    client=fields.line(session.client, PLACE_WIDTH),
                    enrolling=session.enrolling,
                )
            )

    def by_token_hash(self, token_hash: bytes) -> Session | None:
        """The session, ended or not; whoever asks compares `expires_us` with the time."""
        found = self._find(SessionRow.token_hash == token_hash)
        return found[0] if found else None

    def of(self, person_id: str) -> tuple[Session, ...]:
        """A person's sessions, the newest first."""
        return self._find(SessionRow.person_id == person_id)

    def list(self) -> tuple[Session, ...]:
        """Everybody's sessions, the newest first."""
        return self._find()

    def prove(
        self, token_hash: bytes, now_us: int, passkey_id: str | None, *, enrolled: bool
    ) -> None:
        """The session's person has shown once more who they are; `enrolled` with two factors."""
        values = {"proved_us": fields.time_us(now_us, "proved_us"), "passkey_id": passkey_id}
        if enrolled:
            values["enrolling"] = False
        with self._database.write() as connection:
            connection.execute(
                update(SessionRow).where(SessionRow.token_hash == token_hash).values(**values)
            )

    def delete(self, token_hash: bytes) -> None:
        """End one session; ending one that is not there is no error."""
        with self._database.write() as connection:
            connection.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))

    def delete_named(self, name: str) -> bool:
        """End the session of this `session_id`; whether there was one."""
        with self._database.write() as connection:
            hashes = connection.execute(select(SessionRow.token_hash)).scalars().all()
            for each in hashes:
                if session_id(each) == name:
                    connection.execute(delete(SessionRow).where(SessionRow.token_hash == each))
                    return True
        return False

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

    def _find(self, *where: object) -> tuple[Session, ...]:
        statement = select(SessionRow.__table__).order_by(
            SessionRow.created_us.desc(), SessionRow.token_hash
        )
        for each in where:
            statement = statement.where(each)  # type: ignore[arg-type]
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            if not rows:
                return ()
            known = (PersonRow.id == rows[0].person_id,) if len(rows) == 1 else ()
            people = {person.id: person for person, _ in people_in(connection, *known)}
        return tuple(
            Session(
                person=people[row.person_id],
                created_us=row.created_us,
                expires_us=row.expires_us,
                id=session_id(row.token_hash),
                method=Method(row.method),
                proved_us=row.proved_us,
                passkey_id=row.passkey_id,
                address=row.address,
                client=row.client,
                enrolling=row.enrolling,
            )
            for row in rows
            if row.person_id in people
        )
