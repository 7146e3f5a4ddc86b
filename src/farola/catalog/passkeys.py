"""Passkeys: WebAuthn credentials of people who sign in."""

from sqlalchemy import delete, insert, select, update

from farola.base import Error, Kind
from farola.catalog import fields
from farola.catalog.access_tables import PasskeyRow
from farola.catalog.database import Database
from farola.catalog.tables import NAME_WIDTH, PASSKEY_WIDTH
from farola.model import Passkey

_MOST_KEY_BYTES = 2048


class Passkeys:
    """The credentials' rows; implements access's `PasskeyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, passkey: Passkey) -> None:
        """Raises Error(CONFLICT) for one that is registered already, whoever's it is."""
        passkey_id = fields.text(passkey.id, "id", PASSKEY_WIDTH)
        with self._database.write() as connection:
            known = connection.execute(select(PasskeyRow.id).where(PasskeyRow.id == passkey_id))
            if known.first():
                raise Error(Kind.CONFLICT, "this passkey is registered already")
            connection.execute(
                insert(PasskeyRow).values(
                    id=passkey_id,
                    person_id=passkey.person_id,
                    title=fields.text(passkey.title, "title", NAME_WIDTH),
                    public_key=fields.blob(passkey.public_key, "public_key", _MOST_KEY_BYTES),
                    sign_count=passkey.sign_count,
                    created_us=fields.time_us(passkey.created_us, "created_us"),
                    used_us=passkey.used_us,
                )
            )

    def get(self, passkey_id: str) -> Passkey | None:
        with self._database.read() as connection:
            row = connection.execute(
                select(PasskeyRow.__table__).where(PasskeyRow.id == passkey_id)
            ).one_or_none()
        return None if row is None else Passkey(**row._mapping)

    def of(self, person_id: str) -> tuple[Passkey, ...]:
        """A person's, by when they were registered."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PasskeyRow.__table__)
                .where(PasskeyRow.person_id == person_id)
                .order_by(PasskeyRow.created_us, PasskeyRow.id)
            ).all()
        return tuple(Passkey(**row._mapping) for row in rows)

    def used(self, passkey_id: str, sign_count: int, now_us: int) -> None:
        """It was used; its counter has come this far."""
        with self._database.write() as connection:
            connection.execute(
                update(PasskeyRow)
                .where(PasskeyRow.id == passkey_id)
                .values(sign_count=sign_count, used_us=fields.time_us(now_us, "used_us"))
            )

    def remove(self, person_id: str, passkey_id: str) -> bool:
        """Whether it was there and this person's."""
        with self._database.write() as connection:
            return bool(
                connection.execute(
                    delete(PasskeyRow).where(
                        PasskeyRow.id == passkey_id, PasskeyRow.person_id == person_id
                    )
                ).rowcount
            )

    def remove_of(self, person_id: str) -> int:
        """Forget all of a person's; how many there were."""
        with self._database.write() as connection:
            return connection.execute(
                delete(PasskeyRow).where(PasskeyRow.person_id == person_id)
            ).rowcount
