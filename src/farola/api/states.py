"""What every camera does now; the console asks each two seconds, so it answers from memory."""

from fastapi import APIRouter

from farola.api.camera_models import AlarmAnswer, CameraStateAnswer
from farola.api.fields import Answer, Micros, problem_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach, within
from farola.model import Act

router = APIRouter(prefix="/api/states", tags=["states"])


class StatesAnswer(Answer):
    states: list[CameraStateAnswer]
    alarms: list[AlarmAnswer]
    now_us: Micros


@router.get("", responses=problem_of(401, 403, 503))
async def get_states(signed_in: SignedIn, services: Reach) -> StatesAnswer:
    """The state of every camera that one may know, and the recorder's alarms."""
    known = await within(services, signed_in, Act.SEE_CAMERAS)
    return StatesAnswer(
        states=[
            CameraStateAnswer.of(state)
            for state in services.states.all()
            if known is None or state.camera_id in known
        ],
        alarms=[AlarmAnswer.of(alarm) for alarm in services.states.alarms()],
        now_us=services.clock.wall_us(),
    )
