"""Messages between the server and its recorder processes."""

import asyncio
import json
import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.recorder import wire

HEADS = st.dictionaries(
    st.text(max_size=10), st.none() | st.booleans() | st.integers() | st.text(), max_size=4
)


def read(*parts: bytes) -> list[tuple[wire.Type, Any, bytes]]:
    """Everything that stands in the bytes, until the other side has gone."""

    async def run() -> list[tuple[wire.Type, Any, bytes]]:
        reader = asyncio.StreamReader()
        for part in parts:
            reader.feed_data(part)
        reader.feed_eof()
        found = []
        while (message := await wire.read(reader)) is not None:
            found.append(message)
        return found

    return asyncio.run(run())


@given(st.lists(st.tuples(st.sampled_from(wire.Type), HEADS, st.binary(max_size=200)), max_size=4))
def test_what_is_packed_is_read(messages: list[tuple[wire.Type, Any, bytes]]) -> None:
    assert read(b"".join(wire.pack(*message) for message in messages)) == messages


@given(st.data())
def test_a_message_cut_short_is_a_side_that_has_gone(data: st.DataObject) -> None:
    """A process killed while it writes leaves half a message, and no message comes of it."""
    message = wire.pack(wire.Type.UNIT, {"camera": "cam-1"}, b"picture")
    end = data.draw(st.integers(0, len(message) - 1))
    assert read(message, message[:end]) == [(wire.Type.UNIT, {"camera": "cam-1"}, b"picture")]


def framed(kind: int, head_size: int, body: bytes) -> bytes:
    return struct.pack(">IBI", 5 + len(body), kind, head_size) + body


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\xff\xff\xff\xff\x01",
        struct.pack(">IB", wire.MOST_BYTES + 1, wire.Type.UNIT),
        struct.pack(">IB", 0, wire.Type.UNIT),
        framed(wire.Type.STATES, 3, b"{}"),
        framed(wire.Type.STATES, 0xFFFF_FFFF, b"{}"),
        framed(wire.Type.STATES, 2, b"{]"),
        framed(wire.Type.STATES, 2, b"\xff\xff"),
        framed(wire.Type.STATES, 0, b""),
        framed(200, 2, b"{}"),
    ],
)
def test_nonsense_is_refused(nonsense: bytes) -> None:
    with pytest.raises(Error) as raised:
        read(nonsense)
    assert raised.value.kind is Kind.PROTOCOL_VIOLATION


@given(st.binary(max_size=40))
def test_noise_raises_nothing_else(noise: bytes) -> None:
    with suppress(Error):
        read(noise)


def test_a_head_is_json_that_other_programs_read() -> None:
    message = wire.pack(wire.Type.WATCH, {"camera": "cam-1", "attention": "all"})
    assert json.loads(message[9:]) == {"camera": "cam-1", "attention": "all"}
