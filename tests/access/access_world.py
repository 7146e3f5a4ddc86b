"""Access over a real catalogue and keystore, and an authenticator made of software."""

import base64
import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from farola.access import Access, Passwords
from farola.access.accounts import Acts
from farola.base import Clock
from farola.catalog import Catalog
from farola.config import Identity, Sessions
from farola.keys import Keystore

ORIGIN = "https://town.example"
HOST = "town.example"


def access_over(
    catalog: Catalog,
    clock: Clock,
    passwords: Passwords,
    acts: Acts,
    keys: Path,
    *,
    second_factor: bool = False,
    identity: Identity | None = None,
) -> Access:
    settings = Sessions(hours=12, second_factor=second_factor)
    keystore = Keystore.open(keys, create=True)
    return Access.over(
        catalog, keystore, clock, settings, acts, passwords=passwords, identity=identity
    )


class Authenticator:
    """One resident ES256 key, as a phone keeps it (WebAuthn level 2, section 6)."""

    def __init__(self, *, origin: str = ORIGIN, host: str = HOST) -> None:
        self.origin = origin
        self.host = host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = hashlib.sha256(str(self.key.private_numbers().private_value).encode()).digest()
        self.count = 0
        self.verifies = True

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(cose)
        data = self._data(0x40) + attested
        told = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._answer(
            attestationObject=cbor2.dumps(told),
            clientDataJSON=self._client_data("webauthn.create", options),
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`."""
        self.count += 1
        data = self._data(0)
        client = self._client_data("webauthn.get", options)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        return self._answer(authenticatorData=data, clientDataJSON=client, signature=signature)

    def _data(self, more: int) -> bytes:
        flags = 0x01 | (0x04 if self.verifies else 0) | more
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _answer(self, **parts: bytes) -> dict[str, Any]:
        return {
            "id": base64url(self.id),
            "rawId": base64url(self.id),
            "type": "public-key",
            "response": {name: base64url(value) for name, value in parts.items()},
            "clientExtensionResults": {},
        }


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
