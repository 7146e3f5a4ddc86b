"""The ledger: everything of consequence, appended before it is done, provable to outsiders."""

from farola.ledger.commit import commitment, leaf_of, opens
from farola.ledger.keys import NoteKey, NoteVerifier, parse_verifier
from farola.ledger.ledger import Ledger
from farola.ledger.mark import check_not_rolled_back, read_mark, write_mark
from farola.ledger.publish import Publisher
from farola.ledger.search import EntryFilter, EntryPage

__all__ = [
    "EntryFilter",
    "EntryPage",
    "Ledger",
    "NoteKey",
    "NoteVerifier",
    "Publisher",
    "check_not_rolled_back",
    "commitment",
    "leaf_of",
    "opens",
    "parse_verifier",
    "read_mark",
    "write_mark",
]
