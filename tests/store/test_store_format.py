"""The documented layout is enough: a reader written from `docs/design/storage-format.md` alone.

`read_segment` below shares no code with Farola. It opens a file with the keystore's directory and
nothing else, using the standard library and `cryptography`'s one-shot primitives. It doubles as an
example for whoever has to read such a file in twenty years.
"""

import hashlib
import hmac
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from farola.keys import DataKey
from farola.store import CHUNK, Fragment, SegmentHeader


def hkdf_expand(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, section 2.3, with SHA-256."""
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(secret, block + info + bytes([count]), "sha256")
        out += block
        count += 1
    return out[:length]


def data_key(keystore: Path, epoch: str, wrapped: bytes) -> bytes:
    word, digits = (keystore / "root.key").read_text().split()
    assert word == "farola-root-1"
    root = bytes.fromhex(digits)
    check = (keystore / "root.check").read_text().split()
    assert check == ["farola-root-check-1", hkdf_expand(root, b"farola root 1\0check", 32).hex()]
    epoch_file = (keystore / "epochs" / f"{epoch}.key").read_bytes()
    assert (epoch_file[:9], len(epoch_file)) == (b"FAROLEPK\x01", 49)
    wrapping = hkdf_expand(root, b"farola root 1\0epoch " + epoch.encode(), 32)
    epoch_key = aes_key_unwrap(wrapping, epoch_file[9:])
    return aes_key_unwrap(epoch_key, wrapped)


def read_segment(path: Path, keystore: Path) -> tuple[dict[str, object], list[dict[str, object]]]:
    data = path.read_bytes()

    # Segment header
    magic, version, zero, length = struct.unpack_from(">8sHHI", data, 0)
    assert (magic, version, zero) == (b"FAROLSEG", 1, 0)
    assert length <= 32768
    start_us, number, width, height = struct.unpack_from(">QIII", data, 16)
    at = 36

    def take(width_of_length: int) -> bytes:
        nonlocal at
        size = int.from_bytes(data[at : at + width_of_length])
        at += width_of_length + size
        return data[at - size : at]

    camera, stream, run, codec = (take(1).decode() for _ in range(4))
    at += 1
    sets = tuple(take(2) for _ in range(data[at - 1]))
    key_id, epoch, wrapped = take(1).decode(), take(1).decode(), take(1)
    digest = data[at : at + 32]
    assert digest == hashlib.sha256(data[:at]).digest()
    assert at + 32 == length
    header = {
        "camera_id": camera,
        "stream": stream,
        "run_id": run,
        "number": number,
        "start_us": start_us,
        "codec": codec,
        "parameter_sets": sets,
        "width": width,
        "height": height,
        "key_id": key_id,
        "epoch": epoch,
        "wrapped_key": wrapped,
    }
    secret = data_key(keystore, epoch, wrapped)

    fragments = []
    at = length
    while at < len(data):
        # Fragment header
        fixed = struct.unpack_from(">8sIHHQQQqIqIII16s", data, at)
        (
            magic,
            head_length,
            flags,
            zero,
            offset,
            sequence,
            start_us,
            media_start,
            duration,
            camera_offset_us,
            lost,
            plain_size,
            samples_size,
            _salt,
        ) = fixed
        assert (magic, zero, offset) == (b"FAROLFRG", 0, at)
        assert head_length == 88 + samples_size + 36
        head = data[at : at + head_length]
        assert zlib.crc32(head[:-4]) == int.from_bytes(head[-4:])

        # Keys
        info = b"farola fragment 1\0" + digest + hashlib.sha256(head[:-36]).digest()
        material = hkdf_expand(secret, info, 76)
        assert material[44:] == head[-36:-4]
        cipher, nonce = AESGCM(material[:32]), int.from_bytes(material[32:44])

        # Chunks
        body = at + head_length
        chunks = (plain_size + 65535) // 65536
        payload, place = b"", body
        for count in range(chunks):
            size = min(65536, plain_size - count * 65536) + 16
            last = 1 if count == chunks - 1 else 0
            one = (nonce ^ (count * 256 + last)).to_bytes(12)
            payload += cipher.decrypt(one, data[place : place + size], None)
            place += size
        assert data[place : place + 32] == hashlib.sha256(data[at:place]).digest()
        at = place + 32
        fragments.append(
            {
                "sequence": sequence,
                "start_us": start_us,
                "media_start": media_start,
                "duration": duration,
                "key": bool(flags & 1),
                "camera_offset_us": camera_offset_us if flags & 2 else None,
                "lost": lost,
                "samples": head[88:-36],
                "payload": payload,
            }
        )
    return header, fragments


def test_the_documented_layout_is_enough(
    tmp_path: Path,
    write: Callable[..., Path],
    fragment: Callable[..., Fragment],
    header: SegmentHeader,
    data_key: DataKey,
) -> None:
    written = [
        fragment(7, 3),
        fragment(8, 65536, camera_offset_us=None, media_start=-3000),
        fragment(9, 200_001, key=False, lost=12),
        fragment(10, 5, chunks=(os.urandom(CHUNK), os.urandom(CHUNK))),
        fragment(11, 0, chunks=(os.urandom(CHUNK),)),
    ]
    path = write(written)
    found_header, found = read_segment(path, tmp_path / "keys")
    assert found_header == {name: getattr(header, name) for name in SegmentHeader.__slots__}
    assert found == [
        {name: getattr(one, name) for name in Fragment.__slots__ if name != "chunks"}
        | {"payload": b"".join((*one.chunks, one.payload))}
        for one in written
    ]
    assert found_header["key_id"] == data_key.id


def test_known_answers() -> None:
    """RFC 5869 appendix A.1: the stand-alone reader's own HKDF is right."""
    prk = bytes.fromhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    assert hkdf_expand(prk, bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"), 42).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
