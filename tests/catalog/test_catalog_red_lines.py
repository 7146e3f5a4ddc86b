"""No column for a plate, an embedding or an attribute of a filmed person (RED_LINES)."""

import re

import pytest

from farola.catalog.tables import Table

# Parts of names between underscores. Names of accounts and cameras are the only names there are.
REFUSED = """
    plate plates lpr alpr anpr licence license embedding embeddings vector template descriptor
    face faces facial gait iris voice biometric identity identities reid appearance signature
    age sex gender ethnicity race religion emotion mood clothing clothes dress colour color hair
    weight skin behaviour score risk suspect suspicion watchlist blacklist
    passport dni cuil document imsi imei mac ssid phone msisdn device bluetooth wifi
    audio sound speech transcript social track tracks
"""
REFUSED_WORDS = frozenset(REFUSED.split())
NAMED = {("cameras", "name"), ("people", "name"), ("people", "name_key")}


def refused(column: str) -> bool:
    return bool(set(re.split(r"_+", column.lower())) & REFUSED_WORDS)


def test_no_column_describes_a_filmed_person() -> None:
    columns = [
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
    ]
    assert len(columns) > 40
    assert [column for column in columns if refused(column[1]) or refused(column[0])] == []


def test_only_accounts_and_cameras_have_names() -> None:
    names = {
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if "name" in column.name
    }
    assert names == NAMED


@pytest.mark.parametrize("name", ["plate", "face_embedding", "person_age", "sex", "mac_address"])
def test_the_test_would_notice(name: str) -> None:
    assert refused(name)
