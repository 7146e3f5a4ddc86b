"""What the API is told when it is built."""

from dataclasses import dataclass, field
from pathlib import Path

CONSOLE = Path(__file__).with_name("console")


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """`public_url` is the address in the browser when a proxy stands before Farola, such as
    `https://cameras.example`, without a path; `zone` is the town's IANA time zone.
    `metrics_token` lets a collector read `/metrics` without signing in; None allows nobody.
    `public` is the directory of what anyone may fetch; `identity_provider` what people call the
    town's identity provider, None where there is none.
    """

    version: str
    site_name: str = "Farola"
    zone: str | None = None
    public_url: str | None = None
    metrics_token: str | None = field(default=None, repr=False)
    console: Path = CONSOLE
    public: Path | None = None
    identity_provider: str | None = None
