"""A service that prints its detector's process id and then only waits to be killed."""

import asyncio

from detection_world import REAL, World


async def main() -> None:
    world = World(REAL)
    serving = asyncio.create_task(world.service.run())
    await world.told()
    print(world.service.pid, flush=True)
    await serving


asyncio.run(main())
