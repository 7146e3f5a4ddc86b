"""In which order the tests' files are handed out to the processes that run them."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that at the end no process waits for another one's long file.

    The browser's stay as they are: they share a town, and run one after the other anyway.
    """
    items.sort(key=lambda item: not _is_long(item))


def _is_long(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("slow")) and not item.get_closest_marker("browser")
