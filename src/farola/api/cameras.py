"""Cameras: list, add, replace, try."""

import asyncio
from dataclasses import asdict

from fastapi import APIRouter

from farola.api.camera_models import (
    ApprovalBody,
    CameraAnswer,
    CameraList,
    CameraUpdate,
    NewCamera,
    TestAnswer,
    TestRequest,
)
from farola.api.fields import CameraId, problem_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach, camera_of, cameras_of, off_loop, record, require, require_proof
from farola.api.services import STORED, ConnectionTest
from farola.base import Error, Kind
from farola.model import Act, Address, Body, Camera, CameraDraft, EntryKind

router = APIRouter(prefix="/api/cameras", tags=["cameras"])

_TEST_WITHIN_S = 20


@router.get("", responses=problem_of(401, 403, 503))
async def list_cameras(signed_in: SignedIn, services: Reach) -> CameraList:
    """Every camera that one may know, with its state, by name."""
    cameras = await cameras_of(services, signed_in)
    states = {state.camera_id: state for state in services.states.all()}
    return CameraList(
        cameras=[CameraAnswer.of(camera, states.get(camera.id)) for camera in cameras]
    )


@router.post("", status_code=201, responses=problem_of(401, 403, 409, 422, 503, body=True))
async def add_camera(body: NewCamera, signed_in: SignedIn, services: Reach) -> CameraAnswer:
    """Add a camera; recording begins at once when it is enabled."""
    require(signed_in, Act.CONFIGURE)
    credentials = body.credentials.model() if body.credentials else None
    draft = body.draft()
    act: Body = {"what": "added", "name": draft.name, "place": draft.place}
    await record(services, signed_in, EntryKind.CAMERA_CHANGED, act)
    camera = await off_loop(services.cameras.add, draft, credentials)
    return CameraAnswer.of(camera, services.states.of(camera.id))


@router.post("/test", responses=problem_of(401, 403, 404, 422, 503, body=True))
async def test_camera(body: TestRequest, signed_in: SignedIn, services: Reach) -> TestAnswer:
    """Connect to a camera once and tell what it answered; nothing is stored."""
    require(signed_in, Act.CONFIGURE)
    credentials = body.chosen_credentials()
    main = body.main.model()
    if body.camera_id is not None:
        camera = await camera_of(services, signed_in, body.camera_id, Act.CONFIGURE)
        if credentials is STORED:
            _require_known_endpoints(camera, main)
    try:
        async with asyncio.timeout(_TEST_WITHIN_S):
            test = await services.cameras.test(main, credentials, body.camera_id)
    except TimeoutError:
        test = _timed_out()
    return TestAnswer.of(test)


@router.get("/{camera_id}", responses=problem_of(401, 404, 422, 503))
async def get_camera(camera_id: CameraId, signed_in: SignedIn, services: Reach) -> CameraAnswer:
    """One camera with its state."""
    camera = await camera_of(services, signed_in, camera_id)
    return CameraAnswer.of(camera, services.states.of(camera_id))


@router.put("/{camera_id}", responses=problem_of(401, 403, 404, 409, 422, 503, body=True))
async def update_camera(
    camera_id: CameraId, body: CameraUpdate, signed_in: SignedIn, services: Reach
) -> CameraAnswer:
    """Replace a camera's description; `enabled` false stops its recording."""
    known = await camera_of(services, signed_in, camera_id, Act.CONFIGURE)
    credentials = body.chosen_credentials()
    draft = body.draft()
    if credentials is STORED:
        addresses = [draft.main, draft.sub] if draft.sub else [draft.main]
        _require_known_endpoints(known, *addresses)
    act: Body = {
        "what": "changed",
        "camera": camera_id,
        "changed": [*_changed(known, draft), *([] if credentials is STORED else ["credentials"])],
    }
    await record(services, signed_in, EntryKind.CAMERA_CHANGED, act)
    camera = await off_loop(services.cameras.update, camera_id, draft, credentials)
    return CameraAnswer.of(camera, services.states.of(camera_id))


@router.post("/{camera_id}/approval", responses=problem_of(401, 403, 404, 409, 422, 503, body=True))
async def approve_papers(
    camera_id: CameraId, body: ApprovalBody, signed_in: SignedIn, services: Reach
) -> CameraAnswer:
    """Say that the camera's papers are in order; changing them takes that back. Fresh proof."""
    known = await camera_of(services, signed_in, camera_id, Act.APPROVE_PAPERS)
    require_proof(services, signed_in)
    known.check_papers(body.digest)
    act: Body = {
        "camera": camera_id,
        "digest": body.digest,
        "place": known.place,
        **asdict(known.papers),
    }
    await record(services, signed_in, EntryKind.PAPERS_APPROVED, act)
    by_id = signed_in.session.person.id
    camera = await off_loop(services.cameras.approve, camera_id, body.digest, by_id)
    return CameraAnswer.of(camera, services.states.of(camera_id))


def _changed(camera: Camera, draft: CameraDraft) -> list[str]:
    """The members in which the draft differs."""
    members = ("name", "place", "main", "sub", "papers", "enabled", "mounting", "position")
    return [name for name in members if getattr(camera, name) != getattr(draft, name)]


def _require_known_endpoints(camera: Camera, *addresses: Address) -> None:
    """Stored credentials go only where they went before.

    Otherwise whoever may edit a camera could point it at a machine of their own and read the
    password there. Raises CREDENTIALS_NEEDED.
    """
    known = [camera.main, camera.sub] if camera.sub else [camera.main]
    if camera.has_credentials and not _endpoints(addresses) <= _endpoints(known):
        raise Error(
            Kind.CREDENTIALS_NEEDED,
            "the address changed: give the camera's user name and password again",
        )


def _endpoints(addresses: list[Address] | tuple[Address, ...]) -> set[tuple[str, str, int]]:
    return {(address.scheme, address.host.lower(), address.port) for address in addresses}


def _timed_out() -> ConnectionTest:
    return ConnectionTest(
        ok=False,
        reason=Kind.TIMED_OUT,
        detail=f"no answer within {_TEST_WITHIN_S} s",
        codec="",
        width=0,
        height=0,
        frame_rate=None,
        audio_offered=False,
        elapsed_ms=_TEST_WITHIN_S * 1000,
    )
