"""The closed list of what can go wrong, one word each.

An error of SQL, of the operating system, of PyAV or of a socket becomes an `Error` at the edge
where it occurs. The same words are a camera's state, a gap's reason, a log field, a metric label
and a problem document's `kind`, so that an operator finds in the log what the console showed.
"""

from enum import StrEnum


class Kind(StrEnum):
    # What a caller asked for.
    INVALID_INPUT = "invalid_input"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"
    CONFIG_INVALID = "config_invalid"
    CREDENTIALS_NEEDED = "credentials_needed"
    INTERNAL = "internal"

    # What signing in or oversight asks for.
    CODE_NEEDED = "code_needed"
    SECOND_FACTOR_NEEDED = "second_factor_needed"
    PROOF_NEEDED = "proof_needed"
    SAME_PERSON = "same_person"
    GRANT_ENDED = "grant_ended"
    THING_UNCLEAR = "thing_unclear"
    GLASS_BROKEN = "glass_broken"
    IDENTITY_UNKNOWN = "identity_unknown"
    PAPERS_UNAPPROVED = "papers_unapproved"
    PAPERS_INCOMPLETE = "papers_incomplete"
    REVIEW_DUE = "review_due"

    # What a camera did.
    ADDRESS_REFUSED = "address_refused"
    NAME_UNRESOLVED = "name_unresolved"
    UNREACHABLE = "unreachable"
    CONNECTION_REFUSED = "connection_refused"
    TIMED_OUT = "timed_out"
    TLS_FAILED = "tls_failed"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a kind, not a secret
    PATH_NOT_FOUND = "path_not_found"
    NOT_RTSP = "not_rtsp"
    HTTP_NOT_RTSP = "http_not_rtsp"
    CAMERA_REFUSED = "camera_refused"
    PROTOCOL_VIOLATION = "protocol_violation"
    NO_VIDEO = "no_video"
    CODEC_UNSUPPORTED = "codec_unsupported"
    PICTURE_TOO_LARGE = "picture_too_large"
    NO_KEY_FRAME = "no_key_frame"
    STALLED = "stalled"
    CLOSED_BY_CAMERA = "closed_by_camera"
    PACKETS_LOST = "packets_lost"
    TIME_JUMPED = "time_jumped"

    # What the recorder, its disk or its catalogue did.
    DISK_FULL = "disk_full"
    DISK_READ_ONLY = "disk_read_only"
    DISK_FAILED = "disk_failed"
    DISK_SLOW = "disk_slow"
    DISK_SHORT = "disk_short"
    CATALOG_LOCKED = "catalog_locked"
    CATALOG_FAILED = "catalog_failed"
    FILE_DAMAGED = "file_damaged"
    CAMERA_DISABLED = "camera_disabled"
    RECORDER_STOPPED = "recorder_stopped"
    RECORDER_KILLED = "recorder_killed"

    # What the decoder, the detector and redaction did.
    SANDBOX_UNAVAILABLE = "sandbox_unavailable"
    DECODER_FAILED = "decoder_failed"
    FILE_REFUSED = "file_refused"
    MODEL_MISSING = "model_missing"
    MODEL_WRONG = "model_wrong"
    DETECTOR_FAILED = "detector_failed"
    DETECTOR_LATE = "detector_late"
    WARMING_UP = "warming_up"
    SCENE_CHANGED = "scene_changed"
    OVERLOADED = "overloaded"

    # What the keys did.
    KEY_MISSING = "key_missing"
    KEY_WRONG = "key_wrong"
    KEY_DESTROYED = "key_destroyed"

    # What the ledger did.
    LEDGER_FAILED = "ledger_failed"
    LEDGER_ROLLED_BACK = "ledger_rolled_back"


class Error(Exception):
    """Something went wrong in a way that has a word.

    `message` is one English sentence for a log or a terminal and never holds a secret; the console
    translates `kind`. `detail` holds the values that a reader needs to act (a status code, a path,
    a size), as plain JSON values.
    """

    def __init__(self, kind: Kind, message: str, **detail: str | int | float | bool | None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.detail = detail

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"Error({self.kind.value!r}, {self.message!r})"
