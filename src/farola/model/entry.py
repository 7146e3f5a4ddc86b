"""What the ledger records: a closed list, one word per kind of act."""

from dataclasses import dataclass
from enum import StrEnum

type Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
type Body = dict[str, Json]


class EntryKind(StrEnum):
    # The ledger itself.
    BEGAN = "began"
    STARTED = "started"
    STOPPED = "stopped"
    RESTORED = "restored"

    # What happens without anybody's act in the console.
    CONFIGURATION_CHANGED = "configuration_changed"
    MODEL_CHANGED = "model_changed"
    ALARM_RAISED = "alarm_raised"
    ALARM_CLEARED = "alarm_cleared"
    HOUR_SEALED = "hour_sealed"

    # People.
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    PROVED = "proved"
    FACTOR_CHANGED = "factor_changed"
    PERSON_CHANGED = "person_changed"
    GROUP_CHANGED = "group_changed"

    # Cameras and rules.
    CAMERA_CHANGED = "camera_changed"
    PAPERS_APPROVED = "papers_approved"
    RULE_CHANGED = "rule_changed"

    # Looks, and what is taken out.
    LOOK = "look"
    LOOK_ENDED = "look_ended"
    EXPORT = "export"

    # Originals.
    ORIGINAL_REQUESTED = "original_requested"
    REQUEST_ENDED = "request_ended"
    GRANTED = "granted"
    REFUSED = "refused"
    GRANT_ENDED = "grant_ended"
    GLASS_BROKEN = "glass_broken"
    GLASS_REVIEWED = "glass_reviewed"

    # Watching over it.
    NOTE = "note"
    REPORT_MADE = "report_made"

    # Keys and retention.
    HOLD_PLACED = "hold_placed"
    HOLD_ENDED = "hold_ended"
    KEY_DESTROYED = "key_destroyed"
    KEYS_ROTATED = "keys_rotated"
    KEYS_BACKED_UP = "keys_backed_up"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `body` is None where it was erased; the leaf stays.

    `leaf` is the canonical JSON that the tree holds: it carries no personal data.
    """

    index: int
    ts_us: int
    kind: EntryKind
    leaf: bytes
    body: Body | None
