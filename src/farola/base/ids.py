"""Random identifiers that mean nothing and cannot be guessed into a neighbour."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_LENGTH = 12  # 60 random bits


def new_id(prefix: str) -> str:
    """A fresh identifier such as `cam-7f3k9q2m1x4b`; the prefix names the kind of thing."""
    return f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
