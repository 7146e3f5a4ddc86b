"""Roles, what each allows, and in which camera groups: pure, and the same for every door.

An assignment gives one role, for one group of cameras or for the whole town. Nothing is allowed
that no role names here.
"""

from dataclasses import dataclass
from enum import StrEnum

from farola.base import Error, Kind


class Role(StrEnum):
    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    CUSTODIAN = "custodian"
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """What somebody may be allowed to do. What touches a camera is asked for that camera."""

    SEE_CAMERAS = "see_cameras"
    """Know the cameras, their places, papers and states; never a picture."""
    WATCH = "watch"
    """See redacted pictures, live and recorded."""
    SEE_EVENTS = "see_events"
    EXPORT = "export"
    """Take pictures out of the console."""
    WRITE_RULES = "write_rules"
    """Draw zones and write what is to be noticed in them."""
    REQUEST = "request"
    """Ask for originals, and see them under a grant."""
    DECIDE = "decide"
    """Approve or refuse what others ask for."""
    HOLD = "hold"
    """Keep a span from being destroyed, or end that."""
    CONFIGURE = "configure"
    """Cameras and their connections."""
    APPROVE_PAPERS = "approve_papers"
    """Say that a camera's papers are in order: before that nobody sees it live."""
    MANAGE_PEOPLE = "manage_people"
    """Accounts, their roles, and groups of cameras."""
    AUDIT = "audit"
    """Read what people did, with their names."""


_WATCHING = frozenset({Act.SEE_CAMERAS, Act.WATCH, Act.SEE_EVENTS, Act.REQUEST})

ALLOWED: dict[Role, frozenset[Act]] = {
    Role.OPERATOR: _WATCHING,
    Role.DISPATCHER: _WATCHING,
    Role.SUPERVISOR: _WATCHING | {Act.EXPORT, Act.WRITE_RULES, Act.DECIDE, Act.HOLD},
    Role.CUSTODIAN: _WATCHING | {Act.EXPORT, Act.HOLD},
    Role.PRIVACY_OFFICER: frozenset(
        {
            Act.SEE_CAMERAS,
            Act.WATCH,
            Act.SEE_EVENTS,
            Act.WRITE_RULES,
            Act.HOLD,
            Act.APPROVE_PAPERS,
            Act.AUDIT,
        }
    ),
    Role.AUDITOR: frozenset({Act.SEE_CAMERAS, Act.AUDIT}),
    Role.ADMINISTRATOR: frozenset({Act.SEE_CAMERAS, Act.CONFIGURE, Act.MANAGE_PEOPLE}),
}

ALONE = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
"""Roles that nobody holds together with another one: who configures sees no video, who audits
changes nothing."""

WHOLE_TOWN = frozenset({Role.PRIVACY_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR})
"""Roles that are not given for one group of cameras."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One role, for the cameras of one group; `group_id` None is the whole town."""

    role: Role
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Cameras that the same people answer for, such as a district."""

    id: str
    name: str
    camera_ids: frozenset[str] = frozenset()


def check_assignments(assignments: frozenset[Assignment]) -> None:
    """`Error(INVALID_INPUT)` for roles that nobody may hold together, or not for one group."""
    roles = {each.role for each in assignments}
    if roles & ALONE and len(roles) > 1:
        raise Error(
            Kind.INVALID_INPUT,
            "administrator and auditor are held alone: who configures sees no video, who audits "
            "changes nothing",
            field="assignments",
        )
    for each in assignments:
        if each.role in WHOLE_TOWN and each.group_id is not None:
            raise Error(
                Kind.INVALID_INPUT,
                f"{each.role.value} is a role for the whole town",
                field="assignments",
            )


def allows(assignments: frozenset[Assignment], act: Act, groups: frozenset[str]) -> bool:
    """Whether the assignments allow the act on a camera that lies in these groups."""
    return any(
        act in ALLOWED[each.role] and (each.group_id is None or each.group_id in groups)
        for each in assignments
    )


def allows_somewhere(assignments: frozenset[Assignment], act: Act) -> bool:
    """Whether they allow the act on any camera at all, or for the town."""
    return any(act in ALLOWED[each.role] for each in assignments)


def allows_everywhere(assignments: frozenset[Assignment], act: Act) -> bool:
    """Whether they allow the act on every camera of the town."""
    return any(act in ALLOWED[each.role] and each.group_id is None for each in assignments)
