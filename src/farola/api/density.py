"""How much detail a camera's picture has, beside what its purpose needs."""

from fastapi import APIRouter

from farola.api.fields import Answer, CameraId, problem_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach, camera_of, off_loop
from farola.model import LEVELS_2014, LEVELS_2025, Density, level

router = APIRouter(prefix="/api/cameras", tags=["cameras"])

ASSUMED_WIDTH = 1920


class DensityPart(Answer):
    """Of the whole picture where `zone` is null; pixels a metre.

    The levels are those of IEC 62676-4, what `most` reaches in its editions of 2014 and 2025, empty
    below the first. `measured` by somebody, or else estimated from the mounting. `exceeds`: more
    can be told of people than the purpose needs.
    """

    zone: str | None
    name: str
    least: int
    most: int
    level_2014: str
    level_2025: str
    measured: bool
    exceeds: bool

    @classmethod
    def of(cls, density: Density, target: int | None) -> "DensityPart":
        return cls(
            zone=density.zone.id if density.zone else None,
            name=density.zone.name if density.zone else "",
            least=density.least,
            most=density.most,
            level_2014=level(density.most, LEVELS_2014),
            level_2025=level(density.most, LEVELS_2025),
            measured=density.measured,
            exceeds=density.exceeds(target),
        )


class DensityAnswer(Answer):
    """`width` is the picture's in pixels, assumed while the camera has not told it. Without a
    mounting only the zones whose width was measured are there.
    """

    width: int
    assumed: bool
    target: int | None
    parts: list[DensityPart]


@router.get("/{camera_id}/density", responses=problem_of(401, 404, 422, 503))
async def get_density(camera_id: CameraId, signed_in: SignedIn, services: Reach) -> DensityAnswer:
    """Pixels a metre in the camera's picture and zones, and what can be told of people at that."""
    camera = await camera_of(services, signed_in, camera_id)
    state = services.states.of(camera_id)
    seen = state.width if state else 0
    width = seen or ASSUMED_WIDTH
    found = await off_loop(services.cameras.densities, camera, width)
    target = camera.papers.density
    return DensityAnswer(
        width=width,
        assumed=not seen,
        target=target,
        parts=[DensityPart.of(each, target) for each in found],
    )
