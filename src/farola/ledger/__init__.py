"""The ledger: everything of consequence, appended before it is done, provable to outsiders."""

from farola.ledger.commit import commitment, leaf_of, opens
from farola.ledger.keys import NoteKey, NoteVerifier, parse_verifier
from farola.ledger.ledger import Ledger
from farola.ledger.mark import check_not_rolled_back, read_mark, write_mark
from farola.ledger.publish import CHECKPOINT, Publisher
from farola.ledger.search import EntryFilter, EntryPage
from farola.ledger.timestamp_edge import QUERY, Question, load_roots

__all__ = [
    "CHECKPOINT",
    "QUERY",
    "EntryFilter",
    "EntryPage",
    "Ledger",
    "NoteKey",
    "NoteVerifier",
    "Publisher",
    "Question",
    "check_not_rolled_back",
    "commitment",
    "leaf_of",
    "load_roots",
    "opens",
    "parse_verifier",
    "read_mark",
    "write_mark",
]
