"""What people did: entries, patterns, notes and signed reports, for those who watch over it."""

from typing import Any

from fastapi import APIRouter, Response

from farola.api.audit_models import (
    BeforeQuery,
    CameraConductAnswer,
    ConductAnswer,
    EntryAnswer,
    EntryIndex,
    EntryLimit,
    EntryList,
    FindingAnswer,
    KindsQuery,
    NoteBody,
    OpenedEntry,
    PersonConductAnswer,
    ReportBody,
)
from farola.api.fields import EndQuery, StartQuery, problem_of, span_of
from farola.api.guard import SignedIn
from farola.api.media_door import PDF
from farola.api.reach import Reach, off_loop, require
from farola.api.situation_models import IdQuery, SinceQuery, UntilQuery
from farola.base import Error, Kind
from farola.ledger import EntryFilter
from farola.model import Act, Span

router = APIRouter(prefix="/api", tags=["audit"])

_MOST_DAYS = 100
_LATEST_US = 1 << 52


@router.get("/ledger", responses=problem_of(401, 403, 422, 503))
async def list_entries(
    signed_in: SignedIn,
    services: Reach,
    kinds: KindsQuery = [],  # noqa: B006 - FastAPI copies it
    person_id: IdQuery = None,
    camera_id: IdQuery = None,
    start_us: SinceQuery = None,
    end_us: UntilQuery = None,
    before: BeforeQuery = None,
    limit: EntryLimit = 100,
) -> EntryList:
    """Entries of the ledger with what they say, newest first, page by page."""
    require(signed_in, Act.AUDIT)
    span = None
    if start_us is not None or end_us is not None:
        span = Span(start_us or 0, end_us if end_us is not None else _LATEST_US)
        if span.end_us <= span.start_us:
            raise Error(Kind.INVALID_INPUT, "the span must end after it starts")
    asked = EntryFilter(frozenset(kinds), person_id, camera_id, span)
    page = await off_loop(services.audit.entries, asked, before, limit)
    return EntryList(entries=[EntryAnswer.of(each) for each in page.entries], next=page.next)


@router.get("/ledger/{index}", responses=problem_of(401, 403, 404, 422, 503))
async def open_entry(index: EntryIndex, signed_in: SignedIn, services: Reach) -> OpenedEntry:
    """One entry with its proof, for `verify_ledger.py entry`."""
    require(signed_in, Act.AUDIT)
    return OpenedEntry.model_validate(await off_loop(services.audit.opened, index))


@router.get("/conduct", responses=problem_of(401, 403, 413, 422, 503))
async def get_conduct(
    start_us: StartQuery, end_us: EndQuery, signed_in: SignedIn, services: Reach
) -> ConductAnswer:
    """Who looked at what for how long, what they took out and decided, and what stands out."""
    require(signed_in, Act.AUDIT)
    span = span_of(start_us, end_us, most_days=_MOST_DAYS)
    found, findings = await off_loop(services.audit.conduct, span)
    return ConductAnswer(
        people=[PersonConductAnswer.of(each) for each in found.people],
        cameras=[CameraConductAnswer.of(each) for each in found.cameras],
        findings=[FindingAnswer.of(each) for each in findings],
    )


@router.post(
    "/ledger/notes", status_code=204, responses=problem_of(401, 403, 404, 422, 503, body=True)
)
async def add_note(body: NoteBody, signed_in: SignedIn, services: Reach) -> None:
    """An auditor's own words, on record for good."""
    require(signed_in, Act.AUDIT)
    await off_loop(services.audit.note, signed_in.session, body.text, body.about)


def _pdf_of(meaning: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's declaration of an answer that is a PDF."""
    content = {PDF: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": meaning, "content": content}}


@router.post(
    "/reports",
    response_class=Response,
    responses=_pdf_of("The report as a signed PDF")
    | problem_of(401, 403, 413, 422, 503, body=True),
)
async def make_report(body: ReportBody, signed_in: SignedIn, services: Reach) -> Response:
    """A signed report on a span of at most 100 days; its digest is on the ledger first."""
    require(signed_in, Act.AUDIT)
    span = span_of(body.start_us, body.end_us, most_days=_MOST_DAYS)
    pdf = await off_loop(services.audit.report, signed_in.session, span, body.language)
    return _pdf(pdf, "farola-auditoria.pdf" if body.language == "es" else "farola-audit.pdf")


@router.get(
    "/register.pdf",
    response_class=Response,
    responses=_pdf_of("The register of processing") | problem_of(401, 403, 503),
)
async def get_register(signed_in: SignedIn, services: Reach) -> Response:
    """The register of processing that the law asks for, from what is configured now."""
    require(signed_in, Act.AUDIT, Act.CONFIGURE)
    return _pdf(await off_loop(services.documents.register), "farola-registro.pdf")


@router.get(
    "/manual.pdf",
    response_class=Response,
    responses=_pdf_of("The manual of operations and privacy") | problem_of(401, 403, 503),
)
async def get_manual(signed_in: SignedIn, services: Reach) -> Response:
    """The manual of operations and privacy that the law asks for, from what is configured now."""
    require(signed_in, Act.AUDIT, Act.CONFIGURE)
    return _pdf(await off_loop(services.documents.manual), "farola-manual.pdf")


def _pdf(data: bytes, name: str) -> Response:
    return Response(
        data, media_type=PDF, headers={"content-disposition": f'attachment; filename="{name}"'}
    )
