"""Requests for originals, and what was granted."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from farola.base import Error, Kind
from farola.catalog import fields
from farola.catalog.database import Database
from farola.catalog.grant_tables import SPOTS_WIDTH, GrantRow, RequestCameraRow, RequestRow
from farola.catalog.tables import DETAIL_WIDTH, NAME_WIDTH, CameraRow
from farola.model import Asked, Grant, Reason, Request, RequestState, Span, Spot

_MOST_LISTED = 500


class Grants:
    """The rows of requests and grants; implements access's `GrantStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_request(self, request: Request) -> None:
        """`Error(NOT_FOUND)` for an unknown camera, INVALID_INPUT."""
        asked = request.asked
        with self._database.write() as connection:
            known = set(connection.execute(select(CameraRow.id)).scalars())
            if not set(asked.camera_ids) <= known:
                raise Error(Kind.NOT_FOUND, "no such camera")
            span = asked.span
            connection.execute(
                insert(RequestRow).values(
                    id=request.id,
                    person_id=request.person_id,
                    start_us=None if span is None else fields.time_us(span.start_us, "start_us"),
                    end_us=None if span is None else fields.time_us(span.end_us, "end_us"),
                    live_minutes=asked.live_minutes,
                    reason=fields.word(asked.reason, "reason", Reason),
                    text=fields.text(asked.text, "text", DETAIL_WIDTH),
                    reference=fields.text(asked.reference, "reference", NAME_WIDTH, least=0),
                    incident=fields.text(asked.incident, "incident", NAME_WIDTH, least=0),
                    created_us=fields.time_us(request.created_us, "created_us"),
                    digest=request.digest,
                    state=request.state.value,
                    passkey_id=request.passkey_id,
                    spots=_packed(asked.spots),
                )
            )
            connection.execute(
                insert(RequestCameraRow),
                [
                    {"request_id": request.id, "camera_id": each}
                    for each in sorted(set(asked.camera_ids))
                ],
            )

    def request(self, request_id: str) -> Request:
        """`Error(NOT_FOUND)`."""
        found = self._requests(RequestRow.id == request_id)
        if not found:
            raise Error(Kind.NOT_FOUND, "there is no such request")
        return found[0]

    def requests(self, *, waiting: bool = False) -> Sequence[Request]:
        """The newest 500, the newest first; with `waiting` all that nobody has decided."""
        if waiting:
            return self._requests(RequestRow.state == RequestState.WAITING.value)
        return self._requests(limit=_MOST_LISTED)

    def end_request(self, request_id: str, state: RequestState) -> bool:
        """Whether it was still waiting: of two who decide at once one is told so."""
        with self._database.write() as connection:
            changed = connection.execute(
                update(RequestRow)
                .where(RequestRow.id == request_id, RequestRow.state == RequestState.WAITING.value)
                .values(state=state.value)
            )
            return changed.rowcount == 1

    def add_grant(self, grant: Grant) -> None:
        with self._database.write() as connection:
            connection.execute(
                insert(GrantRow).values(
                    id=grant.id,
                    request_id=grant.request_id,
                    granted_us=fields.time_us(grant.granted_us, "granted_us"),
                    expires_us=fields.time_us(grant.expires_us, "expires_us"),
                    decided_by=grant.decided_by,
                    withdrawn_us=None,
                    glass=grant.glass,
                )
            )

    def withdraw(self, grant_id: str, now_us: int) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(GrantRow)
                .where(GrantRow.id == grant_id, GrantRow.withdrawn_us.is_(None))
                .values(withdrawn_us=fields.time_us(now_us, "withdrawn_us"))
            )

    def reviewed(self, grant_id: str, by_id: str) -> bool:
        """Whether it was not reviewed before."""
        with self._database.write() as connection:
            changed = connection.execute(
                update(GrantRow)
                .where(
                    GrantRow.id == grant_id,
                    GrantRow.glass.is_(True),
                    GrantRow.decided_by.is_(None),
                )
                .values(decided_by=by_id)
            )
            return changed.rowcount == 1

    def grants(self) -> Sequence[Grant]:
        """The newest 500, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    GrantRow.id,
                    GrantRow.request_id,
                    RequestRow.person_id,
                    RequestRow.start_us,
                    RequestRow.end_us,
                    RequestRow.reference,
                    RequestRow.spots,
                    GrantRow.granted_us,
                    GrantRow.expires_us,
                    GrantRow.decided_by,
                    GrantRow.withdrawn_us,
                    GrantRow.glass,
                )
                .join(RequestRow, RequestRow.id == GrantRow.request_id)
                .order_by(GrantRow.granted_us.desc(), GrantRow.id)
                .limit(_MOST_LISTED)
            ).all()
            cameras = _cameras(connection, [row.request_id for row in rows])
        return tuple(
            Grant(
                id=row.id,
                request_id=row.request_id,
                person_id=row.person_id,
                camera_ids=cameras.get(row.request_id, ()),
                span=None if row.start_us is None else Span(row.start_us, row.end_us),
                reference=row.reference,
                granted_us=row.granted_us,
                expires_us=row.expires_us,
                decided_by=row.decided_by,
                withdrawn_us=row.withdrawn_us,
                glass=row.glass,
                spots=_unpacked(row.spots),
            )
            for row in rows
        )

    def _requests(self, *where: object, limit: int | None = None) -> tuple[Request, ...]:
        statement = select(RequestRow.__table__).order_by(
            RequestRow.created_us.desc(), RequestRow.id
        )
        for each in where:
            statement = statement.where(each)  # type: ignore[arg-type]
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(limit)).all()
            cameras = _cameras(connection, [row.id for row in rows])
        return tuple(
            Request(
                id=row.id,
                person_id=row.person_id,
                asked=Asked(
                    camera_ids=cameras.get(row.id, ()),
                    span=None if row.start_us is None else Span(row.start_us, row.end_us),
                    live_minutes=row.live_minutes,
                    reason=Reason(row.reason),
                    text=row.text,
                    reference=row.reference,
                    incident=row.incident,
                    spots=_unpacked(row.spots),
                ),
                created_us=row.created_us,
                digest=row.digest,
                state=RequestState(row.state),
                passkey_id=row.passkey_id,
            )
            for row in rows
        )


def _packed(spots: Sequence[Spot]) -> str | None:
    if not spots:
        return None
    rows = [[fields.time_us(each.at_us, "at_us"), each.x, each.y] for each in spots]
    return fields.text(json.dumps(rows, separators=(",", ":")), "spots", SPOTS_WIDTH)


def _unpacked(text: str | None) -> tuple[Spot, ...]:
    return tuple(Spot(at_us, x, y) for at_us, x, y in json.loads(text or "[]"))


def _cameras(connection: Connection, request_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if not request_ids:
        return {}
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        select(RequestCameraRow.request_id, RequestCameraRow.camera_id)
        .where(RequestCameraRow.request_id.in_(request_ids))
        .order_by(RequestCameraRow.camera_id)
    )
    for request_id, camera_id in rows:
        found.setdefault(request_id, []).append(camera_id)
    return {request_id: tuple(cameras) for request_id, cameras in found.items()}
