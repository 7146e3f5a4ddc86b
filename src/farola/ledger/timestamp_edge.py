"""The one file that speaks RFC 3161: asking for a token, and whether it is right."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from farola.base import Error, Kind

QUERY = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class Question:
    """A request for a token of `data`, with a nonce of its own."""

    data: bytes
    request: TimeStampRequest

    @classmethod
    def of(cls, data: bytes) -> "Question":
        asked = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
        return cls(data, asked.nonce(nonce=True).build())

    @property
    def query(self) -> bytes:
        """DER, as it is sent."""
        return self.request.as_bytes()

    def check(self, answer: bytes, roots: list[x509.Certificate]) -> None:
        """Raises Error(UNAVAILABLE) for what is no token of this data, by one of these roots."""
        try:
            builder = VerifierBuilder.from_request(self.request)
            for each in roots:
                builder = builder.add_root_certificate(each)
            builder.build().verify_message(decode_timestamp_response(answer), self.data)
        except (VerificationError, ValueError) as error:
            raise Error(
                Kind.UNAVAILABLE, f"the timestamp authority's token is not right: {error}"
            ) from error


def load_roots(path: Path) -> list[x509.Certificate]:
    """Certificates in PEM. Raises Error(CONFIG_INVALID)."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Error(
            Kind.CONFIG_INVALID, f"[ledger] timestamp_roots: {path} cannot be read: {error}"
        ) from error
