"""An hourly token for the newest checkpoint, from OpenSSL's timestamp authority."""

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from farola.app.ledger import begin, give_out, open_ledger
from farola.app.parts import Parts, open_parts
from farola.app.timestamps import Timestamps
from farola.base import Error, Kind, SystemClock
from farola.config import Settings
from farola.model import EntryKind

_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = datetime.now(UTC)
    is_root = name == issuer
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if not is_root:
        stamping = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(stamping, critical=True)
    return made.sign(signer, hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class Authority:
    """`openssl ts -reply` behind HTTP. `answer` is given instead, `status` with it."""

    folder: Path
    url: str = ""
    status: int = 200
    answer: bytes | None = None
    queries: list[bytes] = field(default_factory=list)

    @property
    def roots(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        self.queries.append(query)
        if self.answer is not None:
            return self.answer
        (self.folder / "query").write_bytes(query)
        subprocess.run(
            [
                "openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query",
                "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply",
            ],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )  # fmt: skip
        return (self.folder / "reply").read_bytes()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    folder = tmp_path / "authority"
    folder.mkdir()
    root_key, tsa_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    (folder / "root.pem").write_bytes(pem(certificate("root", root_key, "root", root_key)))
    (folder / "tsa.pem").write_bytes(pem(certificate("tsa", tsa_key, "root", root_key)))
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    key = tsa_key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)
    (folder / "tsa.key").write_bytes(key)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    authority = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["content-type"] == "application/timestamp-query"
            data = authority.reply(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(authority.status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    authority.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield authority
    server.shutdown()
    server.server_close()


@pytest.fixture
def parts(tmp_path: Path, authority: Authority) -> Iterator[Parts]:
    """A town that has given out one checkpoint."""
    settings = Settings.parse(
        {
            "storage": {"data": tmp_path / "data", "keys": tmp_path / "keys"},
            "ledger": {"timestamp_url": authority.url, "timestamp_roots": authority.roots},
        }
    )
    with open_parts(settings, SystemClock(), create=True) as parts:
        with open_ledger(parts) as ledger:
            begin(ledger)
            give_out(parts, ledger)
        yield parts


def folder_of(parts: Parts) -> Path:
    return parts.settings.public_directory / "ledger" / "timestamps"


def test_outsiders_check_the_token_with_openssl(parts: Parts, authority: Authority) -> None:
    assert Timestamps(parts).stamp() == 1
    folder = folder_of(parts)
    note = (folder / "1.checkpoint").read_bytes()
    assert note == (folder.parent / "checkpoint").read_bytes()
    command = ["openssl", "ts", "-verify", "-data", "1.checkpoint", "-in", "1.tsr"]
    more = ["-CAfile", authority.roots, "-untrusted", authority.folder / "tsa.pem"]
    said = subprocess.run(
        [*command, *more], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "Verification: OK" in said.stdout + said.stderr
    assert note not in authority.queries[0]  # a hash and nothing else


def test_a_checkpoint_is_stamped_once(parts: Parts, authority: Authority) -> None:
    timestamps = Timestamps(parts)
    assert [timestamps.stamp(), timestamps.stamp()] == [1, None]
    with open_ledger(parts) as ledger:
        ledger.append(EntryKind.NOTE, {"text": "one more"})
        give_out(parts, ledger)
    assert timestamps.stamp() == 2
    assert len(authority.queries) == 2


def test_before_the_first_checkpoint_there_is_nothing_to_stamp(parts: Parts) -> None:
    (folder_of(parts).parent / "checkpoint").unlink()
    assert Timestamps(parts).stamp() is None


@pytest.mark.parametrize("lie", ["nothing", "garbage", "refusal", "another", "stranger", "again"])
def test_what_is_no_token_of_the_checkpoint_is_not_kept(
    parts: Parts, authority: Authority, lie: str, tmp_path: Path
) -> None:
    if lie == "refusal":
        authority.status, authority.answer = 503, b"later"
    elif lie == "nothing":
        authority.answer = b""
    elif lie == "garbage":
        authority.answer = b"\x30\x82" + bytes(200)
    elif lie == "stranger":
        key = ec.generate_private_key(ec.SECP256R1())
        authority.roots.write_bytes(pem(certificate("other", key, "other", key)))
    else:
        first = Timestamps(parts)
        first.stamp()
        authority.answer = (folder_of(parts) / "1.tsr").read_bytes()  # right, but of another query
        if lie == "another":
            with open_ledger(parts) as ledger:
                ledger.append(EntryKind.NOTE, {"text": "one more"})
                give_out(parts, ledger)
    before = sorted(folder_of(parts).glob("*"))
    with pytest.raises(Error) as error:
        Timestamps(parts).stamp()
    assert error.value.kind is Kind.UNAVAILABLE
    assert sorted(folder_of(parts).glob("*")) == before


def test_a_token_that_cannot_be_kept_leaves_the_earlier_one_with_its_checkpoint(
    parts: Parts, authority: Authority
) -> None:
    Timestamps(parts).stamp()
    folder = folder_of(parts)
    kept = {path: path.read_bytes() for path in folder.iterdir()}
    note = folder.parent / "checkpoint"
    note.write_bytes(note.read_bytes() + "— somebody AAAAAAAA\n".encode())  # a later cosignature
    (folder / "1.tsr.new").mkdir()
    with pytest.raises(Error):
        Timestamps(parts).stamp()
    assert {path: path.read_bytes() for path in kept} == kept
    (folder / "1.tsr.new").rmdir()
    assert Timestamps(parts).stamp() == 1
    assert (folder / "1.checkpoint").read_bytes() == note.read_bytes()


async def test_an_authority_that_is_not_there_is_an_alarm(
    parts: Parts, authority: Authority
) -> None:
    timestamps = Timestamps(parts)
    timestamps._url = "http://127.0.0.1:9"
    with pytest.raises(Error) as error:
        timestamps.stamp()
    assert error.value.kind is Kind.UNREACHABLE


def test_an_address_needs_roots_to_check_with(tmp_path: Path) -> None:
    with pytest.raises(Error, match="timestamp_roots"):
        Settings.parse({"ledger": {"timestamp_url": "https://tsa.example"}})
    with pytest.raises(Error, match="http"):
        Settings.parse({"ledger": {"timestamp_url": "ftp://x", "timestamp_roots": tmp_path}})
