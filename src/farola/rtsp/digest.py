"""Signing in: Basic (RFC 7617) and Digest (RFC 2617, RFC 7616), as values without I/O."""

import hashlib
import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_MAX_CHALLENGES = 16
_SCHEME = re.compile(r"\s*,?\s*([A-Za-z][A-Za-z0-9-]*)(?=\s|$|,)(?!\s*=)")
_PARAMETER = re.compile(r'\s*,?\s*([A-Za-z0-9_*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')

_ALGORITHMS: dict[str, tuple[int, Callable[[bytes], str]]] = {
    # The camera chooses the algorithm; MD5 is what most of them have.
    "md5": (1, lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest()),
    "sha-256": (2, lambda data: hashlib.sha256(data).hexdigest()),
}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One scheme that a server accepts, from WWW-Authenticate; names are lower case."""

    scheme: str
    parameters: dict[str, str]

    @property
    def strength(self) -> int:
        """0 for a scheme that is not understood, 1 for Basic, more for better digests."""
        if self.scheme == "basic":
            return 1
        if self.scheme != "digest" or not self.parameters.get("nonce"):
            return 0
        known = _ALGORITHMS.get(self._algorithm.removesuffix("-sess"))
        usable = self.parameters.get("qop") is None or self._qop is not None
        return 1 + known[0] if known is not None and usable else 0

    @property
    def stale(self) -> bool:
        """The password was right and only the nonce too old."""
        return self.parameters.get("stale", "").lower() == "true"

    @property
    def _algorithm(self) -> str:
        return self.parameters.get("algorithm", "MD5").lower()

    @property
    def _qop(self) -> str | None:
        offered = {item.strip().lower() for item in self.parameters.get("qop", "").split(",")}
        return next((qop for qop in ("auth", "auth-int") if qop in offered), None)


def parse_challenges(values: Sequence[str]) -> list[Challenge]:
    """The challenges in the values of WWW-Authenticate fields; what is malformed is passed over."""
    challenges: list[Challenge] = []
    for value in values:
        position = 0
        while len(challenges) < _MAX_CHALLENGES:
            scheme = _SCHEME.match(value, position)
            if scheme is None:
                break
            position = scheme.end()
            parameters: dict[str, str] = {}
            while (match := _PARAMETER.match(value, position)) is not None:
                position = match.end()
                quoted, token = match[2], match[3]
                text = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token
                parameters.setdefault(match[1].lower(), text)
            challenges.append(Challenge(scheme[1].lower(), parameters))
    return challenges


def strongest(challenges: Sequence[Challenge]) -> Challenge | None:
    """The best scheme that is understood, the first among equals (RFC 7616, 3.7)."""
    best = max(challenges, key=lambda challenge: challenge.strength, default=None)
    return best if best is not None and best.strength > 0 else None


def _new_cnonce() -> str:
    return secrets.token_hex(16)


@dataclass(slots=True)
class Authorizer:
    """Answers one challenge, request after request, counting the uses of its nonce."""

    challenge: Challenge
    username: str
    password: str = field(repr=False)
    new_cnonce: Callable[[], str] = _new_cnonce
    _count: int = 0
    _session_cnonce: str = ""

    def authorization(self, method: str, uri: str) -> str:
        """The value of the Authorization field for a request without a body."""
        if self.challenge.scheme == "basic":
            pair = f"{self.username}:{self.password}".encode()
            return "Basic " + b64encode(pair).decode("ascii")
        return self._digest(method, uri)

    def _digest(self, method: str, uri: str) -> str:
        parameters = self.challenge.parameters
        name = self.challenge._algorithm
        digest = _ALGORITHMS[name.removesuffix("-sess")][1]
        realm, nonce, qop = parameters.get("realm", ""), parameters["nonce"], self.challenge._qop
        self._count += 1
        count, cnonce = f"{self._count:08x}", self.new_cnonce()
        secret = digest(f"{self.username}:{realm}:{self.password}".encode())
        if name.endswith("-sess"):
            # The session key is fixed by the first cnonce (RFC 7616, 3.4.2).
            self._session_cnonce = cnonce = self._session_cnonce or cnonce
            secret = digest(f"{secret}:{nonce}:{cnonce}".encode())
        action = f"{method}:{uri}"
        if qop == "auth-int":
            action += ":" + digest(b"")
        middle = f"{nonce}:{count}:{cnonce}:{qop}" if qop is not None else nonce
        response = digest(f"{secret}:{middle}:{digest(action.encode())}".encode())
        fields = [
            f"username={_quote(self.username)}",
            f"realm={_quote(realm)}",
            f"nonce={_quote(nonce)}",
            f"uri={_quote(uri)}",
            f'response="{response}"',
        ]
        if "algorithm" in parameters:
            fields.append(f"algorithm={parameters['algorithm']}")
        if qop is not None:
            fields += [f"qop={qop}", f"nc={count}", f'cnonce="{cnonce}"']
        elif name.endswith("-sess"):
            fields.append(f'cnonce="{cnonce}"')
        if "opaque" in parameters:
            fields.append(f"opaque={_quote(parameters['opaque'])}")
        return "Digest " + ", ".join(fields)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
