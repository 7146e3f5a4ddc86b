"""The witness over HTTP: one address to post to, and its key to read."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from farola.base import Error, get_logger
from farola.witness.witness import PLAIN, Answer, Witness

_MOST_REQUEST = 64 << 10
_WAIT_S = 10
_log = get_logger("witness")


def serve(witness: Witness, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Answers until interrupted; `on_ready` is told the address."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _WAIT_S
        server_version = "farola-witness"
        sys_version = ""

        def do_GET(self) -> None:
            found = self.path == "/"
            self._answer(Answer(200, f"{witness.verifier}\n") if found else Answer(404, ""))

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if self.path != "/add-checkpoint":
                self._answer(Answer(404, ""))
            elif not length.isascii() or not length.isdigit() or int(length) > _MOST_REQUEST:
                self._answer(Answer(413, "a request of at most 64 KiB, with its length\n"))
            else:
                self._answer(self._add(self.rfile.read(int(length))))

        def _add(self, body: bytes) -> Answer:
            try:
                return witness.add_checkpoint(body)
            except Error as error:
                _log.error("not cosigned", kind=error.kind, message=error.message)
                return Answer(500, "the witness cannot keep what it sees\n")

        def _answer(self, answer: Answer) -> None:
            data = answer.body.encode()
            self.close_connection = True
            self.send_response(answer.status)
            self.send_header("content-type", answer.content_type or PLAIN)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *given: object) -> None:
            _log.info(format % given, address=self.address_string())

    with ThreadingHTTPServer((host, port), Handler) as server:
        server.daemon_threads = True
        on_ready(f"http://{server.server_address[0]!s}:{server.server_address[1]}")
        server.serve_forever()
