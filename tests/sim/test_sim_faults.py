"""Every fault as a client on the wire sees it."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.sim import Fault, FaultKind, Faults, SimCamera, load_reel, start
from farola.sim.faulty import Mischief
from farola.sim.reel import Reel

NTP_EPOCH = 2_208_988_800


@pytest.fixture(scope="module")
def reel(clip: Path) -> Reel:
    return load_reel(clip)


async def once(reel: Reel, query: str, dial: Callable, other: Path | None = None):
    """A client that played the one-second clip once, with faults."""
    async with await start([SimCamera("plaza", reel, second=other, once=True)]) as server:
        client = await dial(f"{server.url('plaza')}?{query}")
        await client.play()
        await client.read_all()
    return client


def sequences(packets, reel: Reel) -> list[int]:
    return [(packet.sequence - reel.first_sequence) & 0xFFFF for packet in packets]


async def test_without_faults_nothing_is_missing(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "", dial)
    assert sequences(client.packets, reel) == list(range(reel.packets))
    assert client.reports[0].packets == 0


async def test_drop(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "drop=0.25:3", dial)
    missing = set(range(reel.packets)) - set(sequences(client.packets, reel))
    assert len(missing) == 3


async def test_duplicate(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "duplicate=0.25:2", dial)
    got = sequences(client.packets, reel)
    assert len(got) == reel.packets + 2
    assert sorted(set(got)) == list(range(reel.packets))


async def test_reorder(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "reorder=0.25", dial)
    got = sequences(client.packets, reel)
    assert sorted(got) == list(range(reel.packets))
    assert sum(b < a for a, b in pairwise(got)) == 1


async def test_wrong_sequence_numbers(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "sequence=0.5:-500", dial)
    steps = [b - a for a, b in pairwise(packet.sequence for packet in client.packets)]
    assert sum((step - 1) & 0xFFFF == 0x10000 - 500 for step in steps) == 1
    assert len(client.packets) == reel.packets


async def test_stall_keeps_the_socket_and_the_sequence(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "stall=0.25:0.5", dial)
    assert sequences(client.packets, reel) == list(range(len(client.packets)))
    jumps = [(b.ticks - a.ticks) & 0xFFFFFFFF for a, b in pairwise(client.packets)]
    assert max(jumps) == 11 * 4_500  # ten pictures withheld
    assert jumps.count(max(jumps)) == 1
    after = jumps.index(max(jumps)) + 1
    assert client.packets[after].kind in {7, 9, 6}, "it resumes at a key frame"


async def test_a_stall_for_ever_still_answers(reel: Reel, dial: Callable) -> None:
    async with await start([SimCamera("plaza", reel)]) as server:
        client = await dial(f"{server.url('plaza')}?stall=0")
        await client.play()
        await client.read_for(0.5)
        answer = await client.ask("GET_PARAMETER", Session=client.session)
    assert (answer.status, client.packets, client.reports) == (200, [], [])


async def test_close(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "close=0.25", dial)
    assert len({packet.ticks for packet in client.packets}) == 5


async def test_no_key_frame(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "no_key_frame=0", dial)
    assert client.packets
    assert not [packet for packet in client.packets if packet.kind in {5, 7, 8}]
    assert sequences(client.packets, reel) == list(range(len(client.packets)))


async def test_rtp_jump(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "rtp_jump=0.5:-10", dial)
    jumps = [(b.ticks - a.ticks) & 0xFFFFFFFF for a, b in pairwise(client.packets)]
    assert jumps.count((4_500 - 900_000) & 0xFFFFFFFF) == 1


@pytest.mark.parametrize(
    ("query", "shift"), [("ntp_jump=0:86400", 86_400), ("clock_jump=0:-60", -60)]
)
async def test_wall_jump(reel: Reel, dial: Callable, query: str, shift: int) -> None:
    async with await start([SimCamera("plaza", reel)]) as server:
        client = await dial(f"{server.url('plaza')}?{query}")
        await client.play()
        while not client.reports:
            await client.read_one()
        now = server.clock.wall_us() // 1_000_000
    assert abs(client.reports[0].ntp_seconds - NTP_EPOCH - now - shift) < 30


async def test_year_2038(reel: Reel, dial: Callable) -> None:
    client = await once(reel, "year_2038=0", dial)
    # NTP's seconds wrapped in 2036: era 1 begins at Unix second 2 ** 32 - NTP_EPOCH.
    unix = client.reports[0].ntp_seconds + 2**32 - NTP_EPOCH
    assert 0 <= unix - (2**31 - 8) < 30


async def test_resolution(reel: Reel, other_clip: Path, dial: Callable) -> None:
    client = await once(reel, "resolution=0.5", dial, other=other_clip)
    sets = {packet.payload for packet in client.packets if packet.kind == 7}
    assert sets == {reel.parameter_sets[0], load_reel(other_clip).parameter_sets[0]}
    assert sequences(client.packets, reel) == list(range(len(client.packets)))
    steps = {(b.ticks - a.ticks) & 0xFFFFFFFF for a, b in pairwise(client.packets)}
    assert steps == {0, 4_500}
    assert len({packet.ssrc for packet in client.packets}) == 1


@pytest.mark.parametrize(
    "query",
    [
        "stall",
        "stall=",
        "stall=x",
        "stall=-1",
        "stall=1:0",
        "stall=1:-2",
        "drop=1:1.5",
        "close=1:2",
        "unknown=1",
        "drop=1&",
        "drop=1:9999999999",
        "stall=1e3",
        "stall=１",
    ],
)
async def test_what_is_no_fault_is_refused(reel: Reel, dial: Callable, query: str) -> None:
    with pytest.raises(Error) as caught:
        Faults.parse(query)
    assert caught.value.kind is Kind.INVALID_INPUT
    async with await start([SimCamera("plaza", reel)]) as server:
        client = await dial(f"{server.url('plaza')}?{query}".encode().decode("latin-1"))
        assert (await client.ask("DESCRIBE")).status == 400


async def test_resolution_needs_a_second_file(reel: Reel, dial: Callable) -> None:
    async with await start([SimCamera("plaza", reel)]) as server:
        client = await dial(f"{server.url('plaza')}?resolution=1")
        assert (await client.ask("DESCRIBE")).status == 400


def test_faults_are_read_with_their_units() -> None:
    faults = Faults.parse("drop=3:5&stall=1.25:0.5&rtp_jump=2:-0.5&close=9")
    assert faults.items == (
        Fault(FaultKind.STALL, 1_250_000, 500_000),
        Fault(FaultKind.RTP_JUMP, 2_000_000, -500_000),
        Fault(FaultKind.DROP, 3_000_000, 5),
        Fault(FaultKind.CLOSE, 9_000_000, None),
    )


@given(st.text(max_size=60))
def test_parsing_never_fails_otherwise(text: str) -> None:
    with suppress(Error):
        Faults.parse(text)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([FaultKind.DROP, FaultKind.DUPLICATE, FaultKind.REORDER]),
            st.integers(1, 20),
        ),
        max_size=4,
    ),
    st.lists(st.integers(0, 9), max_size=12),
)
def test_packets_are_lost_and_repeated_as_told(
    told: list[tuple[FaultKind, int]], sizes: list[int]
) -> None:
    mischief = Mischief(Faults(tuple(Fault(kind, 0, amount) for kind, amount in told)))
    mischief.advance(0)
    total = {kind: sum(n for one, n in told if one is kind) for kind in FaultKind}
    sent, got = 0, []
    for size in sizes:
        unit = [bytes([sent + at]) for at in range(size)]
        sent += size
        got += mischief.mangle(unit)
    assert len(set(got)) == sent - min(total[FaultKind.DROP], sent)
    assert len(got) - len(set(got)) <= total[FaultKind.DUPLICATE]
