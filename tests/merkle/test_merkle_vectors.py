"""The 196 vectors of transparency-dev/merkle, each decided as published.

`vectors.jsonl` states their facts (sizes, hashes, whether a verifier must refuse), one a line, as
that project's `testdata/inclusion` and `testdata/consistency` hold them since 2025; byte strings
are hexadecimal. An index below zero is there what it is in 64 bits.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from farola.merkle import verify_consistency, verify_inclusion

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "vectors.jsonl").read_text("utf-8").splitlines()
]


def decide(vector: dict[str, Any]) -> None:
    hashes = [bytes.fromhex(each) for each in vector["hashes"]]
    if vector["proof"] == "inclusion":
        leaf, root = bytes.fromhex(vector["leaf"]), bytes.fromhex(vector["root"])
        verify_inclusion(vector["index"], vector["size"], leaf, hashes, root)
        return
    old, new = bytes.fromhex(vector["old_root"]), bytes.fromhex(vector["new_root"])
    verify_consistency(vector["old"], vector["new"], old, new, hashes)


def test_all_vectors_are_there() -> None:
    assert len(VECTORS) == 196
    assert sum(not vector["refused"] for vector in VECTORS) == 12


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['proof']}/{v['name']}")
def test_a_vector_is_decided_as_published(vector: dict[str, Any]) -> None:
    if vector["refused"]:
        with pytest.raises(ValueError, match=r"."):
            decide(vector)
    else:
        decide(vector)
