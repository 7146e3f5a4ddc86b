"""The shape of the tree: small files, telling names, nothing of one machine."""

import re
from pathlib import Path

MOST_LINES = 400
EMPTY_NAMES = re.compile(
    r"(^|[_.-])(utils?|helpers?|common|misc|managers?)([_.-]|$)", re.IGNORECASE
)
SOURCE = {".py", ".ts", ".svelte", ".css", ".js"}

# Written in pieces so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(
        [
            r"py" + r"pi\.org",
            r"python" + r"hosted\.org",
            r"registry\.npm" + r"js\.org",
            r"npm" + r"mirror",
            r"(deb|ftp|security)\.debian" + r"\.org",
            r"(?<![\w.~$}])/" + r"(work|root)/",
            r"/tmp/" + r"(farola-notes|bash_jobs)",
        ]
    )
)


def in_folders(files: list[Path], root: Path, *folders: str) -> list[Path]:
    return [
        file
        for file in files
        if any(file.is_relative_to(root / folder) for folder in folders) and file.suffix in SOURCE
    ]


def is_generated(file: Path) -> bool:
    return file.name == "schema.d.ts"  # written by `npm run api` from the OpenAPI description


def test_files_are_small(kept_files: list[Path], root: Path) -> None:
    too_long = {
        str(file.relative_to(root)): lines
        for file in in_folders(kept_files, root, "src", "console/src")
        if not is_generated(file) and (lines := file.read_text().count("\n")) > MOST_LINES
    }
    assert too_long == {}


def test_names_tell_something(kept_files: list[Path], root: Path) -> None:
    folders = ("src", "console/src", "tests", "bench", "scripts")
    empty = [
        str(file.relative_to(root))
        for file in in_folders(kept_files, root, *folders)
        if any(EMPTY_NAMES.search(part) for part in file.relative_to(root).parts)
    ]
    assert empty == []


def test_nothing_names_a_registry_host_or_a_machine(kept_files: list[Path], root: Path) -> None:
    found = []
    for file in kept_files:
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue  # a picture or a video
        found += [
            f"{file.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
            for match in FOREIGN.finditer(text)
        ]
    assert found == []


def test_test_files_have_unique_names(kept_files: list[Path], root: Path) -> None:
    names = [
        file.name
        for file in kept_files
        if file.is_relative_to(root / "tests") and file.name.startswith("test_")
    ]
    assert sorted(set(names)) == sorted(names)
