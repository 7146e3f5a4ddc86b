"""What every camera does now; the console asks each two seconds, so it answers from memory."""

from fastapi import APIRouter

from farola.api.camera_models import AlarmAnswer, CameraStateAnswer
from farola.api.fields import Answer, Micros, problem_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach

router = APIRouter(prefix="/api/states", tags=["states"])


class StatesAnswer(Answer):
    states: list[CameraStateAnswer]
    alarms: list[AlarmAnswer]
    now_us: Micros


@router.get("", responses=problem_of(401, 503))
async def get_states(signed_in: SignedIn, services: Reach) -> StatesAnswer:
    """The state of every camera, and the recorder's alarms."""
    return StatesAnswer(
        states=[CameraStateAnswer.of(state) for state in services.states.all()],
        alarms=[AlarmAnswer.of(alarm) for alarm in services.states.alarms()],
        now_us=services.clock.wall_us(),
    )
