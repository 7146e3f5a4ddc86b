"""A segment to work on: made by the real writer with a real keystore."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from farola.keys import DataKey, Keystore
from farola.model import StreamKind
from farola.store import Fragment, SegmentHeader, SegmentWriter

START_US = 1_795_551_300_000_000  # 2026-11-24 20:15 UTC


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    return Keystore.open(tmp_path / "keys", create=True)


@pytest.fixture
def data_key(keystore: Keystore) -> DataKey:
    return keystore.new_data_key("cam-1", START_US)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "segments"
    root.mkdir()
    return root


@pytest.fixture
def header(data_key: DataKey) -> SegmentHeader:
    return SegmentHeader(
        camera_id="cam-1",
        stream=StreamKind.MAIN,
        run_id="run-7f3k9q2m1x4b",
        number=0,
        start_us=START_US,
        codec="h264",
        parameter_sets=(b"\x67\x64\x00\x1f", b"\x68\xee"),
        width=1920,
        height=1080,
        key_id=data_key.id,
        epoch=data_key.epoch,
        wrapped_key=data_key.wrapped,
    )


@pytest.fixture
def fragment() -> Callable[..., Fragment]:
    """Builds the fragment with this sequence number; keyword arguments replace its fields."""

    def build(sequence: int, size: int = 1000, **fields: object) -> Fragment:
        plain = Fragment(
            sequence=sequence,
            start_us=START_US + sequence * 2_000_000,
            media_start=sequence * 180_000,
            duration=180_000,
            key=True,
            camera_offset_us=-1500,
            lost=0,
            samples=bytes([sequence % 256]) * 40,
            payload=bytearray(os.urandom(size)),
        )
        return replace(plain, **fields)  # type: ignore[arg-type]

    return build


@pytest.fixture
def write(root: Path, header: SegmentHeader, data_key: DataKey) -> Callable[[list[Fragment]], Path]:
    """Writes a closed segment with these fragments and tells its path."""

    def write_segment(fragments: list[Fragment], **fields: object) -> Path:
        changed = replace(header, **fields)  # type: ignore[arg-type]
        with SegmentWriter.create(root, changed, data_key.secret) as writer:
            for one in fragments:
                writer.append(one)
            return root / writer.path

    return write_segment
