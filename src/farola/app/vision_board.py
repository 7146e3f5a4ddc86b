"""The API's view of who looks at what: the lanes' covers and the detector's counts."""

from typing import Literal

from farola.api import LookedAt, VisionReport
from farola.app.eyes import Eyes
from farola.app.looking import Look
from farola.base import Kind
from farola.model import Attention, Cover
from farola.vision.detection import DetectionService
from farola.vision.turns import Tally

type _State = Literal["covered", "whole", "withheld", "noticing", "idle", "off"]


class VisionBoard:
    """Belongs to the server's event loop; answers from memory."""

    def __init__(self, eyes: Eyes, detection: DetectionService) -> None:
        self._eyes = eyes
        self._detection = detection

    def report(self) -> VisionReport:
        """One entry for each camera; the worst of its shown streams is told."""
        load = self._detection.load()
        found: dict[str, LookedAt] = {
            camera_id: _looked_at(camera_id, "off", None, Tally()) for camera_id in self._eyes.known
        }
        for camera_id, look, cover, tally in self._eyes.lanes():
            state, reason = _state_of(look, cover)
            known = found.get(camera_id)
            if known is None or _RANK.index(state) > _RANK.index(known.state):
                found[camera_id] = _looked_at(camera_id, state, reason, tally)
        return VisionReport(
            model=load.model,
            sha256=load.sha256,
            licence=load.licence,
            per_second=load.per_second,
            shed_per_second=load.shed_per_second,
            queue_ms=load.queue_ms,
            fault=load.fault.kind if load.fault else None,
            cameras=tuple(found.values()),
        )


_RANK: tuple[_State, ...] = ("off", "idle", "noticing", "covered", "whole", "withheld")


def _state_of(look: Look, cover: Cover) -> tuple[_State, Kind | None]:
    if look.show:
        return cover.state.value, cover.reason
    return ("idle" if look.attention is Attention.KEYS else "noticing"), None


def _looked_at(camera_id: str, state: _State, reason: Kind | None, tally: Tally) -> LookedAt:
    return LookedAt(
        camera_id=camera_id,
        state=state,
        reason=reason,
        asked=tally.asked,
        done=tally.done,
        shed=tally.shed,
        late=tally.late,
        failed=tally.failed,
    )
