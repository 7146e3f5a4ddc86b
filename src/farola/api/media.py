"""Recorded media: playlists, their segments, key frames and downloads, all through the gate."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from farola.api.fields import (
    CameraId,
    EndQuery,
    MediaKey,
    Micros,
    StartQuery,
    StreamQuery,
    ZoneQuery,
    problem_of,
    span_of,
    zone_of,
)
from farola.api.filename import attachment, clip_name
from farola.api.grant_models import GrantQuery
from farola.api.guard import SignedIn
from farola.api.media_door import JPEG, MEDIA_SEGMENT, MP4, PLAYLIST, AdmittedMedia
from farola.api.reach import Reach, Told, camera_of
from farola.model import Act, Rendition, StreamKind

router = APIRouter(prefix="/api/cameras/{camera_id}", tags=["media"])

_MOST_PLAYLIST_DAYS = 2
_MOST_CLIP_DAYS = 2


def _media(media_type: str, meaning: str, *problems: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's declaration of an answer with media."""
    schema = (
        {"type": "string"} if media_type == PLAYLIST else {"type": "string", "format": "binary"}
    )
    rendition = {
        "description": "Which rendition this is",
        "schema": {"type": "string", "enum": [each.value for each in Rendition]},
    }
    answer: dict[str, Any] = {
        "description": meaning,
        "content": {media_type: {"schema": schema}},
        "headers": {"Farola-Rendition": rendition},
    }
    return {200: answer, **problem_of(401, 403, 404, 410, 422, 500, 503, *problems)}


@router.get(
    "/playback.m3u8",
    response_class=AdmittedMedia,
    responses=_media(PLAYLIST, "An HLS media playlist (RFC 8216) of fMP4 segments"),
)
async def get_playlist(
    camera_id: CameraId,
    start_us: StartQuery,
    end_us: EndQuery,
    signed_in: SignedIn,
    services: Reach,
    stream: StreamQuery = "main",
    grant: GrantQuery = None,
) -> AdmittedMedia:
    """A span of at most two days as HLS; gaps are discontinuities with their own wall time.

    404 when nothing was recorded in it.
    """
    span = span_of(start_us, end_us, most_days=_MOST_PLAYLIST_DAYS)
    camera = await camera_of(services, signed_in, camera_id, Act.WATCH)
    admitted = await services.gate.playlist(
        signed_in.viewer, camera, StreamKind(stream), span, grant
    )
    return AdmittedMedia(admitted, PLAYLIST)


@router.get(
    "/media/init/{key}.mp4",
    response_class=AdmittedMedia,
    responses=_media(MP4, "ftyp and moov"),
)
async def get_init_segment(
    camera_id: CameraId,
    key: MediaKey,
    signed_in: SignedIn,
    services: Reach,
    grant: GrantQuery = None,
) -> AdmittedMedia:
    """The init segment that a playlist named."""
    camera = await camera_of(services, signed_in, camera_id, Act.WATCH)
    return AdmittedMedia(await services.gate.init(signed_in.viewer, camera, key, grant), MP4)


@router.get(
    "/media/part/{key}.m4s",
    response_class=AdmittedMedia,
    responses=_media(MEDIA_SEGMENT, "moof and mdat, one or several"),
)
async def get_media_segment(
    camera_id: CameraId,
    key: MediaKey,
    signed_in: SignedIn,
    services: Reach,
    grant: GrantQuery = None,
) -> AdmittedMedia:
    """The media segment that a playlist named."""
    camera = await camera_of(services, signed_in, camera_id, Act.WATCH)
    return AdmittedMedia(
        await services.gate.part(signed_in.viewer, camera, key, grant), MEDIA_SEGMENT
    )


@router.get(
    "/keyframe.mp4",
    response_class=AdmittedMedia,
    responses=_media(MP4, "One key frame; `Farola-Wall-Us` is the moment that it shows"),
)
async def get_key_frame(
    camera_id: CameraId,
    at_us: Annotated[Micros, Query(description="The moment to show")],
    signed_in: SignedIn,
    services: Reach,
    stream: StreamQuery = "main",
    grant: GrantQuery = None,
) -> AdmittedMedia:
    """The key frame at or before a moment, else the next; 404 when none is within 10 s."""
    camera = await camera_of(services, signed_in, camera_id, Act.WATCH)
    admitted = await services.gate.key_frame(
        signed_in.viewer, camera, StreamKind(stream), at_us, grant
    )
    headers = {"farola-wall-us": str(admitted.media.wall_us)}
    return AdmittedMedia(admitted, MP4, headers)


@router.get(
    "/still.jpg",
    response_class=AdmittedMedia,
    responses=_media(JPEG, "One picture; `Farola-Wall-Us` is the moment that it shows"),
)
async def get_still(
    camera_id: CameraId,
    signed_in: SignedIn,
    services: Reach,
    at_us: Annotated[
        Micros | None, Query(description="The moment to show; left out: the newest recorded")
    ] = None,
    stream: StreamQuery = "main",
) -> AdmittedMedia:
    """The key frame at or before a moment, else the next, as a JPEG; 404 when none is within 10 s.

    Without a moment the newest that was recorded, however old.
    """
    camera = await camera_of(services, signed_in, camera_id, Act.WATCH)
    admitted = await services.gate.still(signed_in.viewer, camera, StreamKind(stream), at_us)
    headers = {"farola-wall-us": str(admitted.media.wall_us)}
    return AdmittedMedia(admitted, JPEG, headers)


@router.get(
    "/clip.mp4",
    response_class=AdmittedMedia,
    responses=_media(MP4, "One MP4 file, as a download", 413),
)
async def get_clip(
    camera_id: CameraId,
    start_us: StartQuery,
    end_us: EndQuery,
    signed_in: SignedIn,
    services: Reach,
    settings: Told,
    stream: StreamQuery = "main",
    tz: ZoneQuery | None = None,
    grant: GrantQuery = None,
) -> AdmittedMedia:
    """A span of at most two days as one MP4, from the key frame at or before its start.

    The file is named after the camera's place and the local time in `tz`, else the town's zone.
    """
    span = span_of(start_us, end_us, most_days=_MOST_CLIP_DAYS)
    camera = await camera_of(services, signed_in, camera_id, Act.EXPORT)
    admitted = await services.gate.clip(signed_in.viewer, camera, StreamKind(stream), span, grant)
    name = clip_name(camera.place, start_us, zone_of(tz or settings.zone or "UTC"))
    return AdmittedMedia(admitted, MP4, {"content-disposition": attachment(name)})
