"""What is kept beside a fragment opens with that fragment, purpose and origin alone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.keys import Keystore
from farola.store import Fragment, SegmentReader, StoredFragment

type Write = Callable[[list[Fragment]], Path]
type Build = Callable[..., Fragment]


@pytest.fixture
def path(write: Write, fragment: Build) -> Path:
    return write([fragment(0), fragment(1)])


def stored(reader: SegmentReader) -> list[StoredFragment]:
    return list(reader.fragments())


def test_it_comes_back_and_is_sealed_anew_each_time(path: Path, keystore: Keystore) -> None:
    with SegmentReader.open(path, keystore) as reader:
        one = stored(reader)[0]
        sealed = [reader.seal_beside(one, "masks", b"about", b"plain") for _ in range(2)]
        assert sealed[0] != sealed[1]
        assert b"plain" not in sealed[0]
        for each in sealed:
            assert reader.unseal_beside(one, "masks", b"about", each) == b"plain"


def test_nothing_else_opens_it(path: Path, keystore: Keystore, tmp_path: Path) -> None:
    with SegmentReader.open(path, keystore) as reader:
        one, two = stored(reader)
        sealed = reader.seal_beside(one, "masks", b"about", b"plain")
        flipped = sealed[:-1] + bytes((sealed[-1] ^ 1,))
        for asked in (
            (two, "masks", b"about", sealed),
            (one, "other", b"about", sealed),
            (one, "masks", b"other", sealed),
            (one, "masks", b"about", flipped),
            (one, "masks", b"about", sealed[:20]),
            (one, "masks", b"about", b""),
        ):
            with pytest.raises(Error) as caught:
                reader.unseal_beside(*asked)
            assert caught.value.kind is Kind.FILE_DAMAGED


def test_it_moves_with_its_file(path: Path, keystore: Keystore, tmp_path: Path) -> None:
    """A restored copy of a file opens what was kept beside it."""
    with SegmentReader.open(path, keystore) as reader:
        sealed = reader.seal_beside(stored(reader)[1], "masks", b"", b"plain")
    copy = shutil.copy(path, tmp_path / "copy.fseg")
    with SegmentReader.open(Path(copy), keystore) as reader:
        assert reader.unseal_beside(stored(reader)[1], "masks", b"", sealed) == b"plain"
