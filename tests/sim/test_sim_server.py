"""The simulator's manners: sessions, passwords, silence, slow readers, time."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import av
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from farola.base import Error, Kind
from farola.rtsp import Limits, Target, probe
from farola.sim import Login, Reel, Scheme, SimCamera, load_reel, read_stamp, start
from farola.sim.clips import read_number, tiny_clip


@pytest.fixture(scope="module")
def reel(clip: Path) -> Reel:
    return load_reel(clip)


async def test_the_reel_repeats_without_a_seam(clip: Path, dial: Callable) -> None:
    """Sequence and time stamp both wrap while the file begins again."""
    reel = load_reel(clip, first_sequence=65_530, first_ticks=2**32 - 45_000)
    async with await start([SimCamera("plaza", reel, from_first=True)]) as server:
        client = await dial(server.url("plaza"))
        await client.play()
        await client.read_for(1.6)
    assert client.packets[0].sequence == 65_530
    for a, b in pairwise(client.packets):
        assert (b.sequence - a.sequence) & 0xFFFF == 1
        assert (b.ticks - a.ticks) & 0xFFFFFFFF == (4_500 if a.marker else 0)
    assert len({packet.ticks for packet in client.packets}) > len(reel.units)


async def test_sessions_share_one_picture_and_join_at_a_key_frame(
    reel: Reel, dial: Callable
) -> None:
    async with await start([SimCamera("plaza", reel, offset_us=130_000)]) as server:
        first, second = [await dial(server.url("plaza")) for _ in range(2)]
        answers = [await first.play()]
        await first.read_for(0.2)
        answers.append(await second.play())
        await asyncio.gather(first.read_for(0.6), second.read_for(0.6))
        assert server.sessions("plaza") == 2
    assert (second.packets[0].sequence - first.packets[0].sequence) & 0xFFFF < reel.packets
    for client, answer in zip((first, second), answers, strict=True):
        assert client.packets[0].kind == 7
        info = answer.header("RTP-Info")
        assert f"seq={client.packets[0].sequence};rtptime={client.packets[0].ticks}" in info
    later = {packet.sequence: packet for packet in first.packets}
    shared = [packet for packet in second.packets if packet.sequence in later]
    assert shared
    assert all(later[packet.sequence].payload == packet.payload for packet in shared)


async def test_reports_tell_the_wall_time_of_a_picture(reel: Reel, dial: Callable) -> None:
    async with await start([SimCamera("plaza", reel, from_first=True)]) as server:
        client = await dial(server.url("plaza"))
        await client.play()
        await client.read_for(0.1)
        now = server.clock.wall_us() // 1_000_000
    assert abs(client.reports[0].ntp_seconds - 2_208_988_800 - now) < 30
    assert (client.reports[0].ticks - client.packets[0].ticks) & 0xFFFFFFFF < 90_000


async def test_another_channel_is_honoured(reel: Reel, dial: Callable) -> None:
    async with await start([SimCamera("plaza", reel, once=True)]) as server:
        client = await dial(server.url("plaza"))
        client.channel = 6
        await client.play()
        await client.read_all()
    assert len(client.packets) == reel.packets
    assert client.reports


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("PLAY", {}, 455),
        ("PAUSE", {}, 405),
        ("SETUP", {"Transport": "RTP/AVP;unicast;client_port=5000-5001"}, 461),
        ("SETUP", {}, 461),
        ("GET_PARAMETER", {"Session": "nobody"}, 454),
        ("OPTIONS", {}, 200),
    ],
)
async def test_statuses(
    reel: Reel, dial: Callable, method: str, headers: dict[str, str], status: int
) -> None:
    async with await start([SimCamera("plaza", reel)]) as server:
        client = await dial(server.url("plaza"))
        assert (await client.ask(method, **headers)).status == status


async def test_an_unknown_path_is_not_found(reel: Reel, dial: Callable) -> None:
    async with await start([SimCamera("plaza", reel)]) as server:
        client = await dial(server.url("elsewhere"))
        assert (await client.ask("DESCRIBE")).status == 404


async def test_audio_is_offered_and_silent(reel: Reel, dial: Callable) -> None:
    async with await start([SimCamera("plaza", reel, audio=True)]) as server:
        client = await dial(server.url("plaza"))
        assert b"m=audio 0 RTP/AVP 0" in (await client.ask("DESCRIBE")).body


@pytest.mark.parametrize(
    "bytes_sent", [b"GET / HTTP/1.1\r\n\r\n", b"x" * 20_000, b"A rtsp://h RTSP/1.0\r\n:\r\n\r\n"]
)
async def test_what_is_not_rtsp_is_shown_out(reel: Reel, dial: Callable, bytes_sent: bytes) -> None:
    async with await start([SimCamera("plaza", reel)]) as server:
        client = await dial(server.url("plaza"))
        client.writer.write(bytes_sent)
        answer = await client.read_one()
        assert (answer.status, await client.reader.read()) == (400, b"")


async def test_a_silent_client_is_dropped(reel: Reel, dial: Callable) -> None:
    async with await start([SimCamera("plaza", reel)], session_timeout_s=1) as server:
        client = await dial(server.url("plaza"))
        await client.play()
        await client.read_all()  # ends by itself
        assert server.sessions("plaza") == 0


async def test_a_client_that_does_not_read_harms_nobody(tmp_path: Path, dial: Callable) -> None:
    clip = tiny_clip(tmp_path / "large.mp4", seconds=1, rate=20, width=1920, height=1080, group=1)
    async with await start([SimCamera("plaza", clip, from_first=True)]) as server:
        slow = socket.create_connection((server.host, server.port))
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = server.url("plaza")
        slow.sendall(
            f"SETUP {url}/trackID=0 RTSP/1.0\r\nCSeq: 1\r\n"
            f"Transport: RTP/AVP/TCP;unicast\r\n\r\nPLAY {url} RTSP/1.0\r\nCSeq: 2\r\n\r\n".encode()
        )
        other = await dial(url)
        await other.play()
        blocked = None
        async with asyncio.timeout(30):
            while blocked is None:
                await other.read_for(0.2)
                blocked = next((one for one in server.connections if one.dropped_units), None)
        buffered = blocked._transport.get_write_buffer_size()
        slow.close()
    assert buffered < 4 << 20
    assert all((b.sequence - a.sequence) & 0xFFFF == 1 for a, b in pairwise(other.packets))


async def test_stamps_carry_the_send_time(clip: Path, dial: Callable) -> None:
    async with await start([SimCamera("plaza", clip, stamp=True, once=True)]) as server:
        client = await dial(server.url("plaza"))
        await client.play()
        await client.read_all()
        now_us = server.clock.wall_us()
    stamps = [read_stamp(packet.payload) for packet in client.packets if packet.kind == 6]
    times = [one for one in stamps if one is not None]
    assert len(times) == 20
    assert times == sorted(set(times))
    assert 0 <= now_us - times[-1] < 30_000_000
    kinds = [packet.kind for packet in client.packets]
    first = kinds.index(5)
    assert {7, 8} <= set(kinds[:first])
    assert read_stamp(client.packets[first - 1].payload) == times[0]


def certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "camera.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem


@pytest.mark.peer
@pytest.mark.parametrize(
    "schemes", [[Scheme.BASIC], [Scheme.DIGEST], [Scheme.BASIC, Scheme.DIGEST]]
)
@pytest.mark.parametrize("password", ["se cr:et", "wrong"])
async def test_ffmpeg_shows_the_password(clip: Path, schemes: list[Scheme], password: str) -> None:
    login = Login("admin", "se cr:et", tuple(schemes))
    async with await start([SimCamera("plaza", clip, login=login, once=True)]) as server:
        url = server.url("plaza").replace("//", f"//admin:{password.replace(' ', '%20')}@")
        status, out, errors = await ffmpeg("-rtsp_transport", "tcp", "-i", url)
    if password == "wrong":
        assert "401" in errors
    else:
        assert (status, out.count("\n0,")) == (0, 20)


@pytest.mark.parametrize("schemes", [*([one] for one in Scheme), list(Scheme)])
async def test_the_projects_own_client_shows_the_password(
    reel: Reel, schemes: list[Scheme]
) -> None:
    login = Login("admin", "se cr:et", tuple(schemes))
    async with await start([SimCamera("plaza", reel, login=login)]) as server:
        target = Target(server.url("plaza"), server.host, server.port, username="admin")
        found = await probe(replace(target, password="se cr:et"), limits=Limits())
        with pytest.raises(Error) as caught:
            await probe(replace(target, password="wrong"), limits=Limits())
    assert found.parameter_sets == reel.parameter_sets
    assert caught.value.kind is Kind.WRONG_PASSWORD


@pytest.mark.peer
async def test_ffmpeg_over_tls(clip: Path, tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path))
    async with await start([SimCamera("plaza", clip, once=True)], tls=context) as server:
        assert server.url("plaza").startswith("rtsps://")
        status, out, _ = await ffmpeg("-rtsp_transport", "tcp", "-i", server.url("plaza"))
    assert (status, out.count("\n0,")) == (0, 20)


async def ffmpeg(*arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *("ffmpeg", "-v", "error", *arguments, "-fps_mode", "passthrough", "-f", "framemd5", "-"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    return process.returncode, out.decode(), errors.decode()


def test_a_clip_shows_its_numbers(tmp_path: Path) -> None:
    clip = tiny_clip(tmp_path / "clip.mp4", "h265", seconds=1)
    with av.open(str(clip)) as container:
        assert [read_number(frame) for frame in container.decode(video=0)] == list(range(10))


def test_a_file_that_cannot_be_played_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("not a film")
    for path in (tmp_path / "text.mp4", tmp_path / "absent.mp4"):
        with pytest.raises(Error) as caught:
            load_reel(path)
        assert caught.value.kind is Kind.INVALID_INPUT


async def test_two_cameras_cannot_share_a_name(reel: Reel) -> None:
    with pytest.raises(Error) as caught:
        await start([SimCamera("plaza", reel), SimCamera("plaza", reel)])
    assert caught.value.kind is Kind.CONFLICT
