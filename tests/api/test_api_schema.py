"""Schemathesis asks the real server what the OpenAPI description allows and what it forbids."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from api_world import NAME, PASSWORD, opened_world, served
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import load_all_checks, positive_data_acceptance, unsupported_method

from farola.api.description import describe
from farola.base import SystemClock

load_all_checks()
description = describe()
# Every request carries it; requests without one are the matter of test_api_routes.
for methods in description["paths"].values():
    for operation in methods.values():
        operation.pop("security", None)
# Signing out would end the session that every other request here uses.
schema = schemathesis.openapi.from_dict(description).exclude(operation_id="sign_out")
# What is larger is refused before anybody looks at it, and before its sender has done sending.
MOST_BODY_BYTES = 60_000
MOST_ADDRESS_BYTES = 4_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A real server in a thread of its own: its address and a session's token."""
    folder: Path = tmp_path_factory.mktemp("schema")
    ready = threading.Event()
    found: list[tuple[str, str]] = []
    stop: list[Any] = []

    async def serve() -> None:
        with opened_world(folder, SystemClock()) as world:
            token, _ = world.access.sign_in.sign_in(NAME, PASSWORD, "test")
            async with served(world.app) as (host, port):
                done = asyncio.Event()
                stop.extend((asyncio.get_running_loop(), done))
                found.append((f"http://{host}:{port}", token))
                ready.set()
                await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(30)
    yield found[0]
    loop, done = stop
    loop.call_soon_threadsafe(done.set)
    thread.join(30)


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_to_its_description(case: Any, server: tuple[str, str]) -> None:
    address, token = server
    assume(len(json.dumps(case.body, default=str)) < MOST_BODY_BYTES)
    address_parts = [case.path_parameters, case.query]
    assume(len(json.dumps(address_parts, default=str)) < MOST_ADDRESS_BYTES)
    # What the description cannot say (a span ends after it starts, a host is a host) may refuse
    # what fits it; other methods are tried in test_api_routes.
    case.call_and_validate(
        base_url=address,
        headers={"Origin": address},
        cookies={"farola_session": token},
        excluded_checks=[positive_data_acceptance, unsupported_method],
    )
