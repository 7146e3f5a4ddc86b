"""Segment files: append-only, encrypted per fragment, readable from the file and the keystore.

The format stands in `docs/design/storage-format.md`.
"""

from farola.store.cipher import CHUNK
from farola.store.fragment import MAX_PAYLOAD, MAX_SAMPLES, Fragment, StoredFragment
from farola.store.header import SegmentHeader
from farola.store.layout import (
    LONGEST_SEGMENT_US,
    segment_cut_us,
    segment_files,
    segment_path,
)
from farola.store.reader import Keys, Placed, SegmentReader, segment_header
from farola.store.scan import Scan, recover, scan, stored_hash, stored_hashes, verify
from farola.store.sync import Syncer, SyncPolicy
from farola.store.writer import SegmentWriter, Written

__all__ = [
    "CHUNK",
    "LONGEST_SEGMENT_US",
    "MAX_PAYLOAD",
    "MAX_SAMPLES",
    "Fragment",
    "Keys",
    "Placed",
    "Scan",
    "SegmentHeader",
    "SegmentReader",
    "SegmentWriter",
    "StoredFragment",
    "SyncPolicy",
    "Syncer",
    "Written",
    "recover",
    "scan",
    "segment_cut_us",
    "segment_files",
    "segment_header",
    "segment_path",
    "stored_hash",
    "stored_hashes",
    "verify",
]
