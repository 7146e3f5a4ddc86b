"""A fresh Farola without recorders for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from api_world import World, opened_world

from farola.model import Camera


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path) as opened:
        yield opened


@pytest.fixture
async def stranger(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of this site that is not signed in."""
    async with world.client() as client:
        yield client


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in."""
    async with world.signed_in() as client:
        yield client


@pytest.fixture
async def camera(world: World, client: httpx.AsyncClient) -> Camera:
    """A camera that owns whatever was recorded and noticed."""
    added = await world.add_camera(client)
    world.notice(added.id)
    world.street.owner = added.id
    return added
