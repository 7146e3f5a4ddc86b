"""Kept masks come back as they were, and damage is told."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.model import pack_masks, unpack_masks

some_masks = st.dictionaries(st.integers(-(1 << 63), (1 << 63) - 1), st.binary(max_size=40))


@given(some_masks)
def test_masks_come_back_as_they_were(masks: dict[int, bytes]) -> None:
    assert unpack_masks(pack_masks(masks)) == masks


@given(some_masks, st.data())
def test_masks_cut_short_are_damaged(masks: dict[int, bytes], data: st.DataObject) -> None:
    whole = pack_masks(masks)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for damaged in (whole[:cut], whole + b"x"):
        with pytest.raises(Error) as caught:
            unpack_masks(damaged)
        assert caught.value.kind is Kind.FILE_DAMAGED


@given(st.binary(max_size=200))
def test_any_bytes_are_masks_or_damaged(data: bytes) -> None:
    with suppress(Error):
        assert pack_masks(unpack_masks(data))
