"""rtsps: a real TLS server on loopback, with a certificate that nobody vouches for."""

import asyncio
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hostile_server import Peer, serving
from rtp_packets import frames

from farola.base import Error, Kind, SystemClock
from farola.rtsp import AccessUnit, Limits, Reader, connect, probe

KEY = b"\x65\x88" + bytes(range(250)) * 400


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "camera.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.parametrize("eager", [False, True])
async def test_plays_over_tls(tls: ssl.SSLContext, eager: bool) -> None:
    async def send(peer: Peer) -> None:
        for number in range(20):
            await peer.send(b"".join(frames([KEY], number * 101, number * 3600)))
        peer.writer.close()

    units: list[AccessUnit] = []
    async with serving(after_play=send, tls=tls) as (target, _):
        reader = Reader(interval_us=20_000, shared_bytes=200_000)
        stream = await connect(target, limits=Limits(), clock=SystemClock(), reader=reader)
        stream.watch(eager)
        with pytest.raises(Error) as error:
            await asyncio.wait_for(stream.play(units.append), 20)
        await stream.close()
    assert error.value.kind is Kind.CLOSED_BY_CAMERA
    assert len(units) == 20
    assert not any(unit.damaged or unit.lost for unit in units)
    assert {unit.end - unit.start for unit in units} == {len(KEY) + 4}


async def test_an_unknown_certificate_is_refused_unless_allowed(tls: ssl.SSLContext) -> None:
    async with serving(tls=tls) as (target, _):
        assert (await probe(target, limits=Limits())).codec == "h264"
        with pytest.raises(Error) as error:
            await probe(replace(target, tls_verify=True), limits=Limits())
        assert error.value.kind is Kind.TLS_FAILED
        assert "certificate" in error.value.message


async def test_tls_to_a_plain_port_and_plain_to_a_tls_port(tls: ssl.SSLContext) -> None:
    async with serving(greet=b"RTSP/1.0 400 Bad Request\r\n\r\n") as (target, _):
        with pytest.raises(Error) as error:
            await probe(replace(target, tls=True), limits=Limits())
        assert error.value.kind is Kind.TLS_FAILED
    async with serving(tls=tls) as (target, _):
        with pytest.raises(Error) as error:
            await probe(replace(target, tls=False), limits=Limits())
        assert error.value.kind in (Kind.NOT_RTSP, Kind.CLOSED_BY_CAMERA)
