"""Members of an entry's body, which may be erased or of an odd type: then they are not there."""

from farola.model import Entry


def text(entry: Entry, member: str) -> str:
    """The text, empty where there is none."""
    value = (entry.body or {}).get(member)
    return value if isinstance(value, str) else ""


def number(entry: Entry, member: str) -> int:
    """The whole number, 0 where there is none."""
    value = (entry.body or {}).get(member)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def flag(entry: Entry, member: str) -> bool:
    return (entry.body or {}).get(member) is True


def cameras(entry: Entry) -> tuple[str, ...]:
    """The cameras that it is about."""
    one = text(entry, "camera")
    if one:
        return (one,)
    several = (entry.body or {}).get("cameras")
    return (
        tuple(each for each in several if isinstance(each, str))
        if isinstance(several, list)
        else ()
    )
