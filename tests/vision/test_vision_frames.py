"""The shared ring: fixed slots, sealed, and nothing believed about a descriptor."""

import os

import pytest

from farola.base import Error, Kind
from farola.vision.frames import Fit, InputSpec, Ring


def test_what_one_side_writes_the_other_reads() -> None:
    ours = Ring.create(3, 5_000)
    theirs = Ring(os.dup(ours.fd), 3, 5_000, writable=False)
    for slot in range(3):
        ours.view(slot)[:] = bytes([slot + 1]) * 5_000
    assert [bytes(theirs.view(slot)) for slot in range(3)] == [
        bytes([slot + 1]) * 5_000 for slot in range(3)
    ]
    with pytest.raises(TypeError):
        theirs.view(0)[0] = 1
    theirs.close()
    ours.close()


def test_nobody_can_shrink_the_ring_under_a_reader() -> None:
    ring = Ring.create(2, 4_096)
    for size in (0, 4_096, 1 << 20):
        with pytest.raises(PermissionError):
            os.ftruncate(ring.fd, size)
    ring.close()


@pytest.mark.parametrize("slot", [-1, 2, 1 << 40])
def test_a_slot_that_does_not_exist_is_refused(slot: int) -> None:
    ring = Ring.create(2, 100)
    with pytest.raises(Error) as refused:
        ring.view(slot)
    assert refused.value.kind is Kind.INVALID_INPUT
    ring.close()


@pytest.mark.parametrize("shape", [(0, 100), (2, 0), (3, 100), (2, 9_000), (1 << 30, 1 << 30)])
def test_a_descriptor_of_another_size_is_refused(shape: tuple[int, int]) -> None:
    ring = Ring.create(2, 100)
    with pytest.raises(Error):
        Ring(ring.fd, *shape)
    ring.close()


def test_an_unsealed_descriptor_is_refused() -> None:
    fd = os.memfd_create("other", os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, 2 * 4_096)
    with pytest.raises(Error):
        Ring(fd, 2, 100)
    os.close(fd)


def test_a_view_that_is_still_held_outlives_the_ring() -> None:
    ring = Ring.create(1, 16)
    held = ring.view(0)
    held[0] = 7
    ring.close()
    assert held[0] == 7


def test_a_letterbox_keeps_the_proportions_and_a_stretch_does_not() -> None:
    assert InputSpec(416, 416, Fit.LETTERBOX).placed(1920, 1080) == (416, 234)
    assert InputSpec(416, 416, Fit.LETTERBOX).placed(1080, 1920) == (234, 416)
    assert InputSpec(416, 416, Fit.LETTERBOX).placed(8_000, 1) == (416, 1)
    assert InputSpec(300, 300).placed(1920, 1080) == (300, 300)
