"""Documentation that fails the build: links, commands, the command line's reference."""

import re
from pathlib import Path

import pytest

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
CODE_BLOCK = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


@pytest.fixture(scope="module")
def pages(kept_files: list[Path]) -> list[Path]:
    return [file for file in kept_files if file.suffix == ".md"]


@pytest.fixture(scope="module")
def make_targets(root: Path) -> set[str]:
    return set(re.findall(r"^([a-z][\w-]*):", (root / "Makefile").read_text(), re.MULTILINE))


def anchors_of(page: Path) -> set[str]:
    """The anchors that a forge gives to a page's headings."""
    text = CODE_BLOCK.sub("", page.read_text())
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(text)
    }


def broken_links(page: Path) -> list[str]:
    broken = []
    for target in LINK.findall(CODE_BLOCK.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        wrong_anchor = anchor and file.suffix == ".md" and anchor not in anchors_of(file)
        if not file.exists() or wrong_anchor:
            broken.append(f"{page.name}: {target}")
    return broken


def test_links_lead_somewhere(pages: list[Path]) -> None:
    assert pages
    assert [link for page in pages for link in broken_links(page)] == []


def test_every_page_can_be_reached_from_the_index(root: Path, pages: list[Path]) -> None:
    index = (root / "docs" / "README.md").read_text()
    unreachable = [
        str(page.relative_to(root))
        for page in pages
        if page.is_relative_to(root / "docs") and page.name != "README.md"
        if f"({page.relative_to(root / 'docs')})" not in index
    ]
    assert unreachable == []


def test_make_commands_in_the_docs_exist(pages: list[Path], make_targets: set[str]) -> None:
    named = {
        (page.name, target)
        for page in pages
        for target in re.findall(r"(?:^|`)make ([a-z][\w-]*)", page.read_text(), re.MULTILINE)
    }
    assert {target for _, target in named} >= {"demo", "test"}
    assert {(page, target) for page, target in named if target not in make_targets} == set()


def test_the_quick_start_is_two_commands(root: Path) -> None:
    readme = (root / "README.md").read_text()
    section = readme.partition("## Quick start\n")[2].partition("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None
    commands = [line.partition("#")[0].strip() for line in block[1].splitlines()]
    assert commands == ["make demo", "make test"]


def test_the_changelog_has_a_place_for_what_comes_next(root: Path) -> None:
    assert "\n## Unreleased\n" in (root / "CHANGELOG.md").read_text()
