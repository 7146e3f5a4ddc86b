import asyncio

from farola.gate import Chunk, Dropped, Init, LiveMessage
from farola.live.place import MOST_BYTES, Place

INIT = Init("video/mp4", 2, 2, b"init")


async def drain(place: Place) -> list[LiveMessage]:
    found: list[LiveMessage] = []
    while True:
        try:
            async with asyncio.timeout(0.01):
                found.append(await anext(place))
        except (TimeoutError, StopAsyncIteration):
            return found


async def test_messages_come_in_order() -> None:
    place = Place(lambda _: None)
    place.put(INIT)
    for number in range(3):
        place.put_chunk(Chunk(bytes([number])), key=number == 0)
    assert await drain(place) == [INIT, Chunk(b"\0"), Chunk(b"\1"), Chunk(b"\2")]


async def test_a_slow_viewer_loses_whole_groups_and_is_told() -> None:
    place = Place(lambda _: None)
    place.put(INIT)
    large = bytes(MOST_BYTES // 4)
    for number in range(12):
        place.put_chunk(Chunk(large), key=number % 6 == 0)
    found = await drain(place)
    assert found[0] == INIT
    dropped = [each.count for each in found if isinstance(each, Dropped)]
    chunks = [each for each in found if isinstance(each, Chunk)]
    assert sum(dropped) + len(chunks) <= 12
    place.put_chunk(Chunk(b"late"), key=False)
    place.put_chunk(Chunk(b"key"), key=True)
    found = await drain(place)
    assert isinstance(found[0], Dropped)
    assert found[1] == Chunk(b"key")


async def test_a_slow_viewer_is_bounded() -> None:
    place = Place(lambda _: None)
    for number in range(1_000):
        place.put_chunk(Chunk(bytes(100_000)), key=number % 25 == 0)
    waiting = sum(len(each.data) for each in await drain(place) if isinstance(each, Chunk))
    assert waiting <= MOST_BYTES


async def test_closing_ends_the_iteration_and_gives_the_place_back_once() -> None:
    left: list[Place] = []
    place = Place(left.append)
    place.put(INIT)
    place.close()
    place.close()
    assert await drain(place) == []
    assert left == [place]
