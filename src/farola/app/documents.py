"""Notices, the register and the manual, made from what is configured at the moment."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from farola.app.ledger import origin_of
from farola.app.parts import Parts
from farola.model import STANDARD, Camera, RetentionClass, Role, ZoneKind
from farola.papers import (
    CameraFacts,
    ManualFacts,
    Town,
    manual_pdf,
    notice_pdf,
    notice_svg,
    register_pdf,
)

_ROLES = {
    Role.OPERATOR: "Operación",
    Role.DISPATCHER: "Despacho",
    Role.SUPERVISOR: "Supervisión",
    Role.CUSTODIAN: "Custodia de pruebas",
    Role.PRIVACY_OFFICER: "Protección de datos",
    Role.AUDITOR: "Auditoría",
    Role.ADMINISTRATOR: "Administración (no ve imágenes)",
}


class Documents:
    """Blocking. `hours` tells for how long a camera's recordings are kept."""

    def __init__(self, parts: Parts, hours: Callable[[Camera], int]) -> None:
        self._parts = parts
        self._hours = hours
        self._zone = ZoneInfo(parts.settings.site.zone or "UTC")

    def notice(self, camera: Camera) -> tuple[str, bytes] | None:
        """The sign for the street, as SVG and as PDF; None where its code would lead nowhere."""
        url = self._page(camera)
        if url is None:
            return None
        facts = self._facts(camera)
        return notice_svg(self._town, facts, url), notice_pdf(self._town, facts, url)

    def register(self) -> bytes:
        """The register of processing as a PDF."""
        cameras = [self._facts(each) for each in self._parts.catalog.cameras.list()]
        return register_pdf(self._town, cameras, self._day(self._parts.clock.wall_us()))

    def manual(self) -> bytes:
        """The manual of operations and privacy as a PDF."""
        cameras = [self._facts(each) for each in self._parts.catalog.cameras.list()]
        now_us = self._parts.clock.wall_us()
        return manual_pdf(self._town, self._manual(now_us), cameras, self._day(now_us))

    def _manual(self, now_us: int) -> ManualFacts:
        settings, catalog = self._parts.settings, self._parts.catalog
        kept, given = settings.retention, settings.grants
        today = datetime.fromtimestamp(now_us // 1_000_000, UTC).date()
        standard = RetentionClass(
            STANDARD, kept.hours_on(today), kept.justified_until, kept.justification
        )
        counted = Counter(
            role
            for person in catalog.people.list()
            if not person.disabled
            for role in {each.role for each in person.assignments}
        )
        return ManualFacts(
            classes=(standard, *(each for each in kept.parsed_classes if each.holds_on(today))),
            roles=tuple((_ROLES[role], counted[role]) for role in Role),
            groups=len(catalog.groups.list()),
            second_factor=settings.sessions.second_factor,
            session_hours=settings.sessions.hours,
            proof_minutes=settings.sessions.proof_minutes,
            longest_grant_minutes=given.longest_minutes,
            longest_span_hours=given.longest_span_hours,
            longest_live_minutes=given.longest_live_minutes,
            request_hours=given.request_hours,
            glass_minutes=given.glass_minutes if given.break_glass else None,
            review_hours=given.review_hours if given.break_glass else None,
            longest_hold_days=kept.longest_hold_days,
            held=len(catalog.holds.list()),
            origin=origin_of(self._parts),
            witnesses=tuple(
                each.split(" ", 1)[1].split("+", 1)[0] for each in settings.ledger.witnesses
            ),
            checkpoint_seconds=settings.ledger.checkpoint_seconds,
        )

    @property
    def _town(self) -> Town:
        site = self._parts.settings.site
        return Town(site.name, site.office, site.contact, site.address)

    def _page(self, camera: Camera) -> str | None:
        settings = self._parts.settings
        base = settings.public.url
        if base is None and settings.server.public_url is not None:
            base = f"{settings.server.public_url.rstrip('/')}/public"
        if base is None:
            return None
        return f"{base.rstrip('/')}/camera/{camera.id}.html"

    def _facts(self, camera: Camera) -> CameraFacts:
        zones = self._parts.catalog.zones
        return CameraFacts(
            id=camera.id,
            place=camera.place,
            purpose=camera.papers.purpose,
            legal_basis=camera.papers.legal_basis,
            office=camera.papers.office,
            retention_hours=self._hours(camera),
            enabled=camera.enabled,
            created_on=self._day(camera.created_us),
            contact=camera.papers.contact,
            assessment=camera.papers.assessment,
            density=camera.papers.density,
            approved_on="" if camera.approved_us is None else self._day(camera.approved_us),
            rules=tuple(each.name for each in zones.rules(camera.id) if each.enabled),
            private_zones=sum(each.kind is ZoneKind.PRIVATE for each in zones.zones(camera.id)),
        )

    def _day(self, us: int) -> str:
        local = datetime.fromtimestamp(us // 1_000_000, UTC).astimezone(self._zone)
        return f"{local:%Y-%m-%d}"
