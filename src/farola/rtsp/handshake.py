"""Taking a connection through the client's requests, one awaited answer after another."""

from farola.base import Error, Kind
from farola.rtsp.client import Client, Stage
from farola.rtsp.connection import Connection
from farola.rtsp.message import Message, parse_message
from farola.rtsp.target import Limits


class Handshake:
    """Sends and receives until a stage is reached. The caller bounds the time.

    `rest` is what came after the last answer.
    """

    def __init__(self, connection: Connection, client: Client, limits: Limits) -> None:
        self.rest = bytearray()
        self._connection = connection
        self._client = client
        self._allowed = limits.handshake_bytes
        self._answered = False

    async def run(self, request: bytes, until: Stage) -> None:
        """Raises Error with the reason why the camera did not come along."""
        while True:
            if request:
                await self._connection.send(request)
            message = await self._next_message()
            request = self._client.receive(message)
            if self._client.stage is until:
                return

    async def _next_message(self) -> Message:
        needed = 1
        while True:
            if len(self.rest) >= needed:
                needed = self._skip()
            if len(self.rest) >= needed:
                parsed = self._parse()
                if not isinstance(parsed, int):
                    message, position = parsed
                    del self.rest[:position]
                    self._answered = True
                    return message
                needed = parsed
            data = await self._connection.receive()
            if not data:
                raise Error(Kind.CLOSED_BY_CAMERA, "the camera closed the connection unanswered")
            self.rest += data
            self._allowed -= len(data)
            if self._allowed < 0:
                raise Error(Kind.PROTOCOL_VIOLATION, "the camera's answers do not end")

    def _skip(self) -> int:
        """Pass over empty lines and early packets; returns how many bytes are needed to go on."""
        rest = self.rest
        while rest:
            if rest[0] in b"\r\n" and self._answered:
                del rest[:1]
            elif rest[0] == 0x24 and self._answered:
                length = 4 + int.from_bytes(rest[2:4]) if len(rest) >= 4 else 4
                if len(rest) < length or length == 4:
                    return max(length, len(rest) + 1)
                del rest[:length]
            else:
                break
        return 1

    def _parse(self) -> tuple[Message, int] | int:
        try:
            return parse_message(self.rest, 0, len(self.rest))
        except Error as error:
            if self._answered and error.kind in (Kind.NOT_RTSP, Kind.HTTP_NOT_RTSP):
                raise Error(Kind.PROTOCOL_VIOLATION, error.message) from error
            raise
