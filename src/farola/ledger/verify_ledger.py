#!/usr/bin/env python3
"""Check a Farola ledger without trusting whoever runs it.

Needs Python 3.9 or newer and nothing else. It shares no code with the server: it reads the log's
public files (C2SP tlog-tiles) from a directory or an address, computes every hash again, and says
whether they lead to the signed checkpoint. If not, it names the first entry that is wrong.

  verify_ledger.py tiles PLACE --key KEY     the whole log under PLACE, a directory or https://…
      --checkpoint FILE    a checkpoint that you have, instead of the one in PLACE
      --since FILE         an older checkpoint, kept by yourself: the log must continue it
      --against PLACE      another copy of the log: names the first entry in which they differ
      --witness KEY        a witness that must have signed the checkpoint; may be repeated
  verify_ledger.py entry FILE --key KEY      one entry that was opened for you, with its proof

KEY is a verifier key, NAME+ID+BASE64, or a file that holds one. Get it from somebody else than the
log itself: from print, from a witness, from an earlier visit.

Exit status: 0 accepted, 1 refused, 2 could not be checked.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import sys
import urllib.request
from collections.abc import Sequence
from typing import Any

Point = tuple[int, int, int, int]


class Refused(Exception):  # noqa: N818 - the word that a reader sees
    """The log is not what its checkpoint says."""


class Unreadable(Exception):  # noqa: N818
    """Something that is needed is missing or is not what it should be."""


# Ed25519, RFC 8032 section 5.1: verification alone, so that nothing secret is handled.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _point(data: bytes) -> Point:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        raise ValueError("no point of the curve")
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (not x and sign):
        raise ValueError("no point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's over the message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    try:
        key, commitment = _point(public), _point(signature[:32])
    except ValueError:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left = _times(scalar, BASE)
    right = _add(commitment, _times(int.from_bytes(digest, "little") % L, key))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P
        or (left[1] * right[2] - right[1] * left[2]) % P
    )


class Key:
    """A verifier key: a log's (type 1) or a witness's (type 4)."""

    def __init__(self, text: str) -> None:
        path = pathlib.Path(text)
        if "+" not in text or (len(text) < 4096 and path.is_file()):
            try:
                text = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError, ValueError) as error:
                raise Unreadable(f"the key cannot be read: {error}") from error
        try:
            self.name, identity, encoded = text.strip().split("+", 2)
            data = base64.b64decode(encoded, validate=True)
            self.kind, self.public = data[0], data[1:]
            self.identity = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
            if self.identity.hex() != identity or len(self.public) != 32:
                raise ValueError("its parts do not belong together")
        except (ValueError, IndexError) as error:
            raise Unreadable(f"this is no verifier key: {error}") from error

    def signed(self, text: bytes, signature: bytes) -> bool:
        if self.kind == 1:
            return ed25519_verify(self.public, text, signature)
        if self.kind == 4 and len(signature) == 72:
            seconds = int.from_bytes(signature[:8], "big")
            message = b"cosignature/v1\ntime %d\n" % seconds + text
            return ed25519_verify(self.public, message, signature[8:])
        return False


class Checkpoint:
    """A signed note: `origin`, `size` and `root`."""

    def __init__(self, note: str, key: Key, witnesses: Sequence[Key] = ()) -> None:
        text, _, lines = note.rpartition("\n\n")
        text += "\n"
        try:
            self.origin, size, root = text.split("\n")[:3]
            self.size = int(size)
            self.root = base64.b64decode(root, validate=True)
        except ValueError as error:
            raise Unreadable(f"this is no checkpoint: {error}") from error
        signatures = []
        for line in lines.strip("\n").split("\n"):
            dash, _, rest = line.partition(" ")
            name, _, encoded = rest.rpartition(" ")
            try:
                data = base64.b64decode(encoded, validate=True)
            except ValueError as error:
                raise Unreadable("a signature of the checkpoint is not base64") from error
            if dash == "\u2014":
                signatures.append((name, data[:4], data[4:]))
        if self.origin != key.name:
            raise Refused(f"the checkpoint is of {self.origin}, the key of {key.name}")
        for who in (key, *witnesses):
            if not any(
                (name, identity) == (who.name, who.identity)
                and who.signed(text.encode(), signature)
                for name, identity, signature in signatures
            ):
                raise Refused(f"the checkpoint carries no good signature of {who.name}")


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """The root over leaves' hashes (RFC 6962), by folding complete subtrees."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    peaks: list[tuple[int, bytes]] = []  # (leaves beneath, hash), ever smaller
    for each in hashes:
        size = 1
        while peaks and peaks[-1][0] == size:
            each = node_hash(peaks.pop()[1], each)
            size *= 2
        peaks.append((size, each))
    root = peaks.pop()[1]
    while peaks:
        root = node_hash(peaks.pop()[1], root)
    return root


class Place:
    """The public files of a log, in a directory or at an address."""

    def __init__(self, text: str) -> None:
        self.address = text.rstrip("/") if text.startswith(("http://", "https://")) else None
        self.directory = pathlib.Path(text)

    def read(self, path: str) -> bytes:
        try:
            if self.address is None:
                return (self.directory / path).read_bytes()
            with urllib.request.urlopen(f"{self.address}/{path}", timeout=30) as answer:  # noqa: S310
                data: bytes = answer.read()
                return data
        except OSError as error:
            raise Unreadable(f"{path} cannot be read: {error}") from error

    def tile(self, level: int | str, index: int, width: int) -> bytes:
        digits, rest = f"{index % 1000:03d}", index // 1000
        while rest:
            digits, rest = f"x{rest % 1000:03d}/{digits}", rest // 1000
        partial = "" if width == 256 else f".p/{width}"
        return self.read(f"tile/{level}/{digits}{partial}")

    def bundle(self, index: int, width: int) -> list[bytes]:
        """The entries of a bundle, in order."""
        data, place = self.tile("entries", index, width), 0
        entries: list[bytes] = []
        while place < len(data):
            length = int.from_bytes(data[place : place + 2], "big")
            entries.append(data[place + 2 : place + 2 + length])
            place += 2 + length
        return entries


def first_wrong(index: int, leaf: bytes, last_ts: int) -> tuple[str | None, int]:
    """Why a leaf cannot be entry `index` of a ledger, else None; and the time that it tells."""
    try:
        told = json.loads(leaf)
        plain = json.dumps(told, sort_keys=True, separators=(",", ":")).encode() == leaf
        seq, ts, kind = told["seq"], told["ts"], told["kind"]
        if type(seq) is not int or type(ts) is not int or type(kind) is not str:
            raise TypeError
    except (ValueError, KeyError, TypeError):
        return "it is not an entry", last_ts
    if seq != index:
        return f"it says that it is entry {seq}: one was removed, added or moved", last_ts
    if not plain or set(told) != {"v", "seq", "ts", "kind", "commit"}:
        return "it is not written as the ledger writes", last_ts
    if ts < last_ts:
        return "it is older than the entry before it", last_ts
    return None, ts


def check_tiles(
    place: Place,
    checkpoint: Checkpoint,
    since: Checkpoint | None = None,
    against: Place | None = None,
) -> None:
    """Every entry and every hash; raises Refused with the first wrong entry."""
    size, last_ts = checkpoint.size, 0
    hashes: list[bytes] = []
    for number in range(-(-size // 256)):
        start = number * 256
        width = min(256, size - start)
        entries = place.bundle(number, width)
        level = place.tile(0, number, width)
        if len(level) != 32 * width:
            raise Refused(f"the hashes of the entries from {start} on are not {width} hashes")
        other = against.bundle(number, width) if against else None
        for offset in range(width):
            index = start + offset
            if offset >= len(entries):
                raise Refused(f"entry {index} is missing")
            leaf = entries[offset]
            wrong, last_ts = first_wrong(index, leaf, last_ts)
            if wrong is None and leaf_hash(leaf) != level[32 * offset : 32 * offset + 32]:
                wrong = "it is not the one that was hashed: it was changed"
            if wrong is None and other is not None and leaf != other[offset]:
                wrong = "it differs from the other copy's"
            if wrong is not None:
                raise Refused(f"entry {index} is wrong: {wrong}")
            hashes.append(leaf_hash(leaf))
        if len(entries) > width:
            raise Refused(f"there are entries after entry {start + width - 1} that none counted")
    check_upper(place, hashes)
    if since is not None:
        if since.size > size:
            raise Refused(f"the log shrank: it had {since.size} entries and has {size}")
        if merkle_root(hashes[: since.size]) != since.root:
            raise Refused(
                f"one of the first {since.size} entries is wrong: together they are not what the "
                "older checkpoint was made of. Another copy of the log tells which: --against"
            )
    if merkle_root(hashes) != checkpoint.root:
        raise Refused(
            "entries and hashes fit together and do not lead to the checkpoint's root: the log was "
            "rebuilt. Another copy of it tells from which entry on: --against"
        )


def check_upper(place: Place, hashes: Sequence[bytes]) -> None:
    """The tiles above the leaves are made of those below."""
    level, below = 1, hashes
    while len(below) >= 256:
        below = [merkle_root(below[at : at + 256]) for at in range(0, len(below) // 256 * 256, 256)]
        span = 256**level
        for number in range(-(-len(below) // 256)):
            part = below[number * 256 : number * 256 + 256]
            data = place.tile(level, number, len(part))
            for offset, each in enumerate(part):
                if data[32 * offset : 32 * offset + 32] != each:
                    at = (number * 256 + offset) * span
                    raise Refused(
                        f"an entry from {at} to {at + span - 1} is wrong: they are not what the "
                        f"tile above them (level {level}) was made of"
                    )
        level += 1


def check_entry(
    opened: dict[str, Any], key: Key, witnesses: Sequence[Key]
) -> tuple[int, Checkpoint]:
    """One entry that somebody opened: its proof, and that its body is the one committed to."""
    try:
        leaf, salt, body = opened["leaf"].encode(), bytes.fromhex(opened["salt"]), opened["body"]
        head, _, note = opened["proof"].partition("\n\n")
        lines = [line for line in head.split("\n")[1:] if not line.startswith("extra ")]
        index = int(lines[0].removeprefix("index "))
        path = [base64.b64decode(line, validate=True) for line in lines[1:]]
        commit = json.loads(leaf)["commit"]
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise Unreadable(f"this is no opened entry: {error!r}") from error
    checkpoint = Checkpoint(note, key, witnesses)
    if not 0 <= index < checkpoint.size:
        raise Refused(f"a log of {checkpoint.size} has no entry {index}")
    way, last, digest = index, checkpoint.size - 1, leaf_hash(leaf)
    for each in path:
        if way & 1 or way == last:
            digest = node_hash(each, digest)
            while not way & 1 and way:
                way, last = way >> 1, last >> 1
        else:
            digest = node_hash(digest, each)
        way, last = way >> 1, last >> 1
    if last or digest != checkpoint.root:
        raise Refused(f"the proof does not show that this is entry {index} of the log")
    plain = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    if hmac.new(salt, plain, hashlib.sha256).hexdigest() != commit:
        raise Refused(f"the body is not the one that entry {index} commits to")
    return index, checkpoint


def _file(path: str) -> str:
    try:
        return pathlib.Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("tiles", "entry"))
    parser.add_argument("place", help="directory or address of the log; the opened entry's file")
    parser.add_argument("--key", required=True, help="the log's verifier key")
    parser.add_argument("--checkpoint", help="a checkpoint to check against")
    parser.add_argument("--since", help="an older checkpoint that the log must continue")
    parser.add_argument("--against", help="another copy of the log")
    parser.add_argument("--witness", action="append", default=[], help="a witness's verifier key")
    asked = parser.parse_args(arguments)
    try:
        key, witnesses = Key(asked.key), [Key(each) for each in asked.witness]
        if asked.what == "entry":
            try:
                opened = json.loads(_file(asked.place))
            except ValueError as error:
                raise Unreadable(f"{asked.place} is not JSON: {error}") from error
            index, checkpoint = check_entry(opened, key, witnesses)
            print(f"accepted: entry {index} of {checkpoint.origin} says what was opened")
            return 0
        place = Place(asked.place)
        note = _file(asked.checkpoint) if asked.checkpoint else place.read("checkpoint").decode()
        checkpoint = Checkpoint(note, key, witnesses)
        since = Checkpoint(_file(asked.since), key) if asked.since else None
        check_tiles(place, checkpoint, since, Place(asked.against) if asked.against else None)
        print(
            f"accepted: {checkpoint.size} entries of {checkpoint.origin}, "
            f"root {checkpoint.root.hex()}"
        )
        return 0
    except Refused as error:
        print(f"REFUSED: {error}", file=sys.stderr)
        return 1
    except Unreadable as error:
        print(f"not checked: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
