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

    # People.
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    FACTOR_CHANGED = "factor_changed"
    PERSON_CHANGED = "person_changed"

    # Cameras and rules.
    CAMERA_CHANGED = "camera_changed"
    RULE_CHANGED = "rule_changed"

    # Looks, and what is taken out.
    LOOK = "look"
    LOOK_ENDED = "look_ended"
    EXPORT = "export"

    # Keys and retention.
    HOLD_PLACED = "hold_placed"
    HOLD_ENDED = "hold_ended"
    KEY_DESTROYED = "key_destroyed"


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
