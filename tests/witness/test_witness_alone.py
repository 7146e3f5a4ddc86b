"""Two witness programs on one directory would each forget what the other has seen."""

from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.witness import WitnessStore


def test_one_program_answers_from_a_directory(tmp_path: Path) -> None:
    store = WitnessStore(tmp_path)
    store.create("ombudsman.example")
    with store.alone():
        with pytest.raises(Error) as error, WitnessStore(tmp_path).alone():
            pass
        assert error.value.kind is Kind.CONFLICT
    with store.alone():
        pass
