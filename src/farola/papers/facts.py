"""What the documents are made from, taken from the live configuration."""

from dataclasses import dataclass

from farola.model import RetentionClass


@dataclass(frozen=True, slots=True)
class Town:
    """`office`, `contact` and `address` are whom people turn to, empty where not configured."""

    name: str
    office: str
    contact: str
    address: str


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """One camera. `rules` are the names of what is noticed at it, `private_zones` how many parts of
    its picture are always covered, `created_on` a date such as `2026-11-26`, `approved_on` one or
    empty, `density` in pixels a metre.
    """

    id: str
    place: str
    purpose: str
    legal_basis: str
    office: str
    retention_hours: int
    enabled: bool
    created_on: str
    contact: str = ""
    assessment: str = ""
    density: int | None = None
    approved_on: str = ""
    rules: tuple[str, ...] = ()
    private_zones: int = 0


@dataclass(frozen=True, slots=True)
class ManualFacts:
    """How the town works with its cameras: from its settings, and numbers of people, never names.

    `classes` are the retention classes in force, `roles` how many people have which role (its
    Spanish name), `origin` the name under which the ledger signs, `glass_minutes` and
    `review_hours` None where no glass can be broken.
    """

    classes: tuple[RetentionClass, ...]
    roles: tuple[tuple[str, int], ...]
    groups: int
    second_factor: bool
    session_hours: int
    proof_minutes: int
    longest_grant_minutes: int
    longest_span_hours: int
    longest_live_minutes: int
    request_hours: int
    glass_minutes: int | None
    review_hours: int | None
    longest_hold_days: int
    held: int
    origin: str
    witnesses: tuple[str, ...]
    checkpoint_seconds: int
