"""For how long what a camera records is kept. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

STANDARD = "standard"
"""The class of every camera whose papers name no other."""

CLASS_WIDTH = 32
CLASS_NAME = rf"[a-z][a-z0-9-]{{0,{CLASS_WIDTH - 1}}}"
"""The pattern of a class's name: an hour's key is named after it."""

STANDARD_HOURS = 72
"""More need a written justification that ends."""

MOST_HOURS = 366 * 24
_TEXT = re.compile(rf"({CLASS_NAME}) ([1-9][0-9]{{0,4}})(?: (\d{{4}}-\d{{2}}-\d{{2}}) (\S.*))?")


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """`until` is the last day on which its justification holds, None where it needs none."""

    name: str
    hours: int
    until: date | None = None
    justification: str = ""

    def holds_on(self, day: date) -> bool:
        """Afterwards its cameras keep what the town's other cameras keep."""
        return self.until is None or day <= self.until


def parse_retention_class(text: str) -> RetentionClass:
    """Such as `school 24`, or `bank 240 2027-06-30 Ordinance 12/2026`. Raises ValueError."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise ValueError("must be like 'NAME HOURS' or 'NAME HOURS UNTIL JUSTIFICATION'")
    name, hours, until, justification = found.groups()
    if name == STANDARD:
        raise ValueError(f"'{STANDARD}' is the class that `hours` describes")
    if int(hours) > MOST_HOURS:
        raise ValueError(f"a class keeps {MOST_HOURS} hours at most")
    if int(hours) > STANDARD_HOURS and until is None:
        raise ValueError(
            f"more than {STANDARD_HOURS} hours need a day until which they hold and a justification"
        )
    last = None if until is None else date.fromisoformat(until)
    return RetentionClass(name, int(hours), last, justification or "")


def hours_by_class(classes: Iterable[RetentionClass], day: date) -> Mapping[str, int]:
    """The hours of the classes that are in force on a day."""
    return {each.name: each.hours for each in classes if each.holds_on(day)}
