"""The ledger's tables. Entries and nodes are inserted and never changed: triggers keep it so."""

APPLICATION = 0x4641524C  # FARL
VERSION = 1

SCHEMA = (
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
    """CREATE TABLE entry (
        idx INTEGER PRIMARY KEY,
        leaf BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE node (
        level INTEGER NOT NULL,
        idx INTEGER NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (level, idx)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE body (
        idx INTEGER PRIMARY KEY REFERENCES entry (idx),
        ts_us INTEGER NOT NULL,
        kind TEXT NOT NULL,
        person TEXT,
        salt BLOB,
        body BLOB
    ) STRICT""",
    "CREATE INDEX body_ts ON body (ts_us)",
    "CREATE INDEX body_kind ON body (kind, idx)",
    "CREATE INDEX body_person ON body (person, idx) WHERE person IS NOT NULL",
    """CREATE TABLE about (
        camera TEXT NOT NULL,
        idx INTEGER NOT NULL REFERENCES entry (idx),
        PRIMARY KEY (camera, idx)
    ) STRICT, WITHOUT ROWID""",
    *(
        f"""CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table}
        BEGIN SELECT raise(ABORT, 'the ledger is only ever added to'); END"""
        for table in ("entry", "node")
        for act in ("UPDATE", "DELETE")
    ),
)
