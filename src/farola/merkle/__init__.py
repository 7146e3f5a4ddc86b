"""Merkle trees and the text formats of transparency logs: RFC 6962 and C2SP, pure.

The standard library alone, and no keys: who signs and who checks comes as a Protocol.
"""

from farola.merkle.checkpoint import Checkpoint
from farola.merkle.cosignature import (
    COSIGNATURE,
    pack_cosignature,
    signed_message,
    unpack_cosignature,
)
from farola.merkle.note import ED25519, Note, Signature, Verifier, key_id, opened
from farola.merkle.proof_text import ProofText
from farola.merkle.proofs import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from farola.merkle.tiles import Tile, entry_bundle, tiles_of, unpack_bundle
from farola.merkle.tree import EMPTY_ROOT, hash_children, hash_leaf, range_hash, root_of, tree_root

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "EMPTY_ROOT",
    "Checkpoint",
    "Note",
    "ProofText",
    "Signature",
    "Tile",
    "Verifier",
    "consistency_proof",
    "entry_bundle",
    "hash_children",
    "hash_leaf",
    "inclusion_proof",
    "key_id",
    "opened",
    "pack_cosignature",
    "range_hash",
    "root_of",
    "signed_message",
    "tiles_of",
    "tree_root",
    "unpack_bundle",
    "unpack_cosignature",
    "verify_consistency",
    "verify_inclusion",
]
