"""The command line's reference page is what the program says of itself."""

import re
import runpy
from pathlib import Path

import pytest

# `farola camera add`, in code or at the start of a line, with or without a folder before it.
CALL = re.compile(r"(?:^|`|bin/)(farola [a-z]+(?: [a-z]+\b(?![./:-]))?)", re.MULTILINE)


@pytest.fixture(scope="module")
def page() -> str:
    """The page as it would be written now."""
    script = Path(__file__).resolve().parents[2] / "scripts" / "cli_reference.py"
    names = runpy.run_path(str(script))
    text = names["render"](names["program"]())
    assert isinstance(text, str)
    return text


def test_the_reference_is_up_to_date(page: str, root: Path) -> None:
    written = (root / "docs" / "reference" / "cli.md").read_text()
    assert written == page, "run `make cli-reference`"


def test_every_command_and_option_says_what_it_does(page: str) -> None:
    silent = [line for line in page.splitlines() if re.match(r"\| `.*` \| (\[.*)?\|$", line)]
    assert silent == []


def test_commands_in_the_guides_exist(page: str, kept_files: list[Path], root: Path) -> None:
    known = set(re.findall(r"^## (farola [\w -]+)$", page, re.MULTILINE))
    groups = {name.rpartition(" ")[0] for name in known}
    pages = [file for file in kept_files if file.suffix == ".md" and file.name != "cli.md"]
    called = {(file.name, call) for file in pages for call in CALL.findall(file.read_text())}
    unknown = {
        (page_name, call)
        for page_name, call in called
        if call not in known and call.rpartition(" ")[0] not in known and call not in groups
    }
    assert unknown == set()
