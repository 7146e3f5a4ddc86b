"""The RTSP client's side of a session (RFC 2326) as a state machine without I/O.

Methods return the bytes to send; `receive` takes a parsed message and may return more to send.
"""

from collections.abc import Callable
from enum import StrEnum

from farola.base import Error, Kind
from farola.rtsp.digest import Authorizer, parse_challenges, strongest
from farola.rtsp.message import Headers, Message, Request, Response, write_request, write_response
from farola.rtsp.sdp import Description, parse_sdp
from farola.rtsp.target import Target
from farola.rtsp.transport import parse_session, parse_transport

USER_AGENT = "farola"
MAX_ATTEMPTS = 4  # of one request: plain, answered challenge, and two stale nonces
_MAX_PENDING = 8

_PUBLIC = "OPTIONS, GET_PARAMETER"


class Stage(StrEnum):
    NEW = "new"
    DESCRIBING = "describing"
    DESCRIBED = "described"
    SETTING_UP = "setting_up"
    READY = "ready"
    STARTING = "starting"
    PLAYING = "playing"
    CLOSING = "closing"
    CLOSED = "closed"


class Client:
    """One session with one camera. Raises Error out of `receive` when it cannot go on."""

    def __init__(self, target: Target) -> None:
        self.stage = Stage.NEW
        self.description: Description | None = None
        self.channels = (0, 1)  # RTP and RTCP
        self.session_timeout_s = 60
        self.missed = 0  # keep-alives without an answer since the last one
        self._target = target
        self._url = target.url
        self._session: str | None = None
        self._authorizer: Authorizer | None = None
        self._methods: frozenset[str] = frozenset()
        self._keep_alive_method = "OPTIONS"
        self._sequence = 0
        self._again = (
            False  # the camera closed with its challenge, which is answered from the start
        )
        # CSeq to (method, URL, further headers, attempt).
        self._pending: dict[int, tuple[str, str, list[tuple[str, str]], int]] = {}

    # What we ask.

    def start(self) -> bytes:
        """OPTIONS, which DESCRIBE follows by itself."""
        self.stage = Stage.DESCRIBING
        return self._request("OPTIONS", self._url)

    @property
    def challenged(self) -> bool:
        """The camera has asked for credentials, and they are known."""
        return self._authorizer is not None

    def start_again(self) -> bytes:
        """OPTIONS with credentials, over a new connection; another 401 is a refusal then."""
        self._pending.clear()
        self._again = True
        return self.start()

    def setup(self) -> bytes:
        """SETUP of the video track over the same connection."""
        self.stage = Stage.SETTING_UP
        rtp, rtcp = self.channels
        transport = f"RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}"
        url = self.described.video.control
        return self._request("SETUP", url, [("Transport", transport)])

    def play(self) -> bytes:
        self.stage = Stage.STARTING
        return self._request("PLAY", self.described.control, [("Range", "npt=0.000-")])

    def keep_alive(self) -> bytes:
        """A request that only shows that we are there; nothing while one is unanswered for long."""
        if any(method == self._keep_alive_method for method, *_ in self._pending.values()):
            self.missed += 1
            # Some cameras never answer one of the two while they play.
            other = {"GET_PARAMETER": "OPTIONS", "OPTIONS": "GET_PARAMETER"}
            if other[self._keep_alive_method] in self._methods:
                self._keep_alive_method = other[self._keep_alive_method]
            self._pending.clear()
        return self._request(self._keep_alive_method, self.described.control)

    def teardown(self) -> bytes:
        """TEARDOWN if there is a session, else nothing."""
        if self._session is None or self.stage in (Stage.CLOSING, Stage.CLOSED):
            return b""
        self.stage = Stage.CLOSING
        return self._request("TEARDOWN", self.described.control)

    @property
    def described(self) -> Description:
        """The description; only after DESCRIBE was answered."""
        if self.description is None:
            raise Error(Kind.CONFLICT, "the stream has not been described")
        return self.description

    def _request(
        self,
        method: str,
        url: str,
        more: list[tuple[str, str]] | None = None,
        attempt: int = 1,
    ) -> bytes:
        self._sequence += 1
        further = more or []
        if len(self._pending) >= _MAX_PENDING:
            self._pending.pop(next(iter(self._pending)))
        self._pending[self._sequence] = (method, url, further, attempt)
        headers = [("CSeq", str(self._sequence)), ("User-Agent", USER_AGENT), *further]
        if self._session is not None:
            headers.append(("Session", self._session))
        if self._authorizer is not None:
            headers.append(("Authorization", self._authorizer.authorization(method, url)))
        try:
            return write_request(method, url, headers)
        except Error as error:
            # Our own address is checked before; what breaks a line here came from the camera.
            raise Error(Kind.PROTOCOL_VIOLATION, "the camera's answer cannot be used") from error

    # What comes in.

    def receive(self, message: Message) -> bytes:
        """Take an answer or a request of the camera; returns what to send."""
        if isinstance(message, Request):
            return self._answer(message)
        pending = self._match(message.headers)
        if pending is None or 100 <= message.status < 200:
            return b""
        sequence, (method, url, further, attempt) = pending
        del self._pending[sequence]
        if message.status == 401:
            self._authorize(message, attempt)
            return self._request(method, url, further, attempt + 1)
        handle: dict[str, Callable[[Response], bytes]] = {
            "DESCRIBE": self._on_description,
            "SETUP": self._on_setup,
            "PLAY": self._on_play,
            "TEARDOWN": self._on_teardown,
        }
        if self.stage is Stage.DESCRIBING and method == "OPTIONS":
            return self._on_options(message)
        if method not in handle:
            return self._on_keep_alive(message)
        if method != "TEARDOWN":
            _require_success(message, method)
        return handle[method](message)

    def _match(
        self, headers: Headers
    ) -> tuple[int, tuple[str, str, list[tuple[str, str]], int]] | None:
        text = (headers.get("cseq") or "").strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            sequence = int(text)
        elif len(self._pending) == 1:
            # Without a CSeq it can only be the one answer that is awaited.
            sequence = next(iter(self._pending))
        else:
            return None
        pending = self._pending.get(sequence)
        return (sequence, pending) if pending is not None else None

    def _authorize(self, message: Response, attempt: int) -> None:
        username, password = self._target.username, self._target.password
        if username is None:
            raise Error(Kind.WRONG_PASSWORD, "the camera wants a user name and a password")
        challenge = strongest(parse_challenges(message.headers.all("www-authenticate")))
        if challenge is None:
            raise Error(Kind.CAMERA_REFUSED, "the camera wants a way of signing in not known here")
        before = self._authorizer.challenge if self._authorizer is not None else None
        if before is not None and challenge.strength < before.strength:
            raise Error(Kind.PROTOCOL_VIOLATION, "the camera asks for a weaker way of signing in")
        # On a session that once was authorized a new nonce needs no stale flag (some leave it out).
        renewed = challenge.stale or self.stage in (Stage.PLAYING, Stage.CLOSING)
        refused = before is not None and (attempt > 1 or self._again) and not renewed
        if refused or attempt >= MAX_ATTEMPTS:
            raise Error(Kind.WRONG_PASSWORD, "the camera refuses the user name or the password")
        self._authorizer = Authorizer(challenge, username, password or "")

    def _on_options(self, message: Response) -> bytes:
        # Some cameras refuse OPTIONS and stream all the same.
        public = ",".join(message.headers.all("public"))
        self._methods = frozenset(item.strip().upper() for item in public.split(",")[:32])
        if "GET_PARAMETER" in self._methods:
            self._keep_alive_method = "GET_PARAMETER"
        return self._request("DESCRIBE", self._url, [("Accept", "application/sdp")])

    def _on_description(self, message: Response) -> bytes:
        headers = message.headers
        self.description = parse_sdp(
            message.body,
            request_url=self._url,
            content_base=headers.get("content-base") or headers.get("content-location"),
        )
        self.stage = Stage.DESCRIBED
        return b""

    def _on_setup(self, message: Response) -> bytes:
        self._session, self.session_timeout_s = parse_session(message.headers.get("session"))
        self.channels = parse_transport(message.headers.get("transport"), asked=self.channels)
        self.stage = Stage.READY
        return b""

    def _on_play(self, message: Response) -> bytes:
        del message
        if self.stage is Stage.STARTING:
            self.stage = Stage.PLAYING
        return b""

    def _on_teardown(self, message: Response) -> bytes:
        del message
        self.stage = Stage.CLOSED
        return b""

    def _on_keep_alive(self, message: Response) -> bytes:
        self.missed = 0
        if message.status == 454:
            raise Error(Kind.CLOSED_BY_CAMERA, "the camera has ended the session", status=454)
        if message.status >= 300:
            self._keep_alive_method = "OPTIONS"
        return b""

    def _answer(self, request: Request) -> bytes:
        cseq = request.headers.get("cseq")
        headers = [("CSeq", cseq)] if cseq is not None and cseq.isdigit() else []
        if request.method == "OPTIONS":
            return write_response(200, "OK", [*headers, ("Public", _PUBLIC)])
        if request.method == "GET_PARAMETER":
            return write_response(200, "OK", headers)
        if request.method == "REDIRECT":
            raise Error(Kind.CLOSED_BY_CAMERA, "the camera sends us elsewhere; not followed")
        if request.method == "TEARDOWN":
            raise Error(Kind.CLOSED_BY_CAMERA, "the camera has ended the session")
        return write_response(501, "Not Implemented", headers)


def _require_success(message: Response, method: str) -> None:
    status = message.status
    if 200 <= status < 300:
        return
    detail = f"{method} was answered with {status} {message.reason[:60]}".rstrip()
    if 300 <= status < 400:
        raise Error(Kind.CAMERA_REFUSED, f"{detail}: redirects are not followed", status=status)
    kind = Kind.PATH_NOT_FOUND if status in (404, 410, 454) else Kind.CAMERA_REFUSED
    raise Error(kind, detail, status=status)
