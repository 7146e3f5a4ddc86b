"""One small settings class per concept; each is a section of `farola.toml`."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
)

MOST_SEGMENT_SECONDS = 600

PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not an IANA time zone such as America/Argentina/Buenos_Aires")
    ZoneInfo(name)
    return name


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must look like https://cameras.town.example")
    if parts.username is not None or parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise ValueError("must hold a scheme, a host and at most a port, nothing else")
    return f"{parts.scheme}://{parts.netloc}"


def _network(value: object) -> object:
    if isinstance(value, str):
        try:
            return ip_network(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is not a network such as 192.168.0.0/16") from error
    return value


IPNetwork = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]


class Section(BaseModel):
    """Frozen, and unknown keys are refused: a misspelt setting must not be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Section):
    """What this installation is called and where it is."""

    name: Annotated[str, Field(min_length=1, max_length=120)] = Field(
        default="Farola", description="Name shown on the sign-in page and in file names."
    )
    zone: Annotated[str, AfterValidator(_zone)] | None = Field(
        default=None,
        description="IANA time zone in which days are counted when a browser does not say its own.",
    )
    office: Annotated[str, Field(max_length=300)] = Field(
        default="", description="Office that answers for the cameras, as the public reads it."
    )
    contact: Annotated[str, Field(max_length=300)] = Field(
        default="", description="How people reach that office to ask for their rights."
    )
    address: Annotated[str, Field(max_length=300)] = Field(
        default="", description="That office's postal address."
    )


class Server(Section):
    """Where the console and the API listen."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; `0.0.0.0` opens it to the network."
    )
    port: int = Field(
        default=8600, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    public_url: Annotated[str, AfterValidator(_public_url)] | None = Field(
        default=None,
        description="Address that browsers use when a reverse proxy stands in front, such as "
        "`https://cameras.town.example`; `https` marks the session cookie Secure.",
    )


class Storage(Section):
    """Where recordings and keys lie, and how hard writes are pushed to the disk."""

    data: Path = Field(
        default=Path("data"),
        description="Directory of the segments and the SQLite catalogue. A relative path counts "
        "from the configuration file's directory.",
    )
    keys: Path = Field(
        default=Path("keys"),
        description="Directory of the keystore. It must not lie inside `data`, because whoever "
        "copies the recordings must not copy the keys with them.",
    )
    sync: Literal["none", "segment", "interval"] = Field(
        default="interval",
        description="When fragments are forced to the disk: `none` leaves it to the kernel "
        "(a power cut can cost about 30 s), `segment` when a file is closed (up to "
        "`segment_seconds`), `interval` every `sync_seconds`. A killed process costs nothing in "
        "either case.",
    )
    sync_seconds: int = Field(
        default=5,
        ge=1,
        le=MOST_SEGMENT_SECONDS,
        description="Seconds between syncs for `interval`.",
    )
    segment_seconds: int = Field(
        default=MOST_SEGMENT_SECONDS,
        ge=2,
        le=MOST_SEGMENT_SECONDS,
        description="Longest span of one segment file, in seconds.",
    )
    min_free_bytes: int = Field(
        default=1_000_000_000,
        ge=0,
        description="Recording pauses with an alarm while the disk has fewer free bytes than this.",
    )


class Catalogue(Section):
    """The database of cameras, recordings and people."""

    url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL, such as `postgresql+psycopg://farola@db/farola`; unset: "
        "SQLite in `storage.data`/catalog.db.",
    )
    busy_timeout_ms: int = Field(
        default=5_000,
        ge=0,
        le=600_000,
        description="How long a statement waits for another writer before `catalog_locked`.",
    )


class Recorder(Section):
    """How cameras are read."""

    workers: int = Field(
        default=0,
        ge=0,
        le=256,
        description="Recorder processes that share the cameras; 0 starts one for every 150 "
        "streams, at most one for each core.",
    )
    queue_bytes: int = Field(
        default=8_000_000,
        ge=1_000_000,
        le=1_000_000_000,
        description="Most bytes of one camera that may wait for the disk; more are dropped, "
        "counted and marked as a gap.",
    )
    read_interval_ms: int = Field(
        default=500,
        ge=0,
        le=2_000,
        description="How often a socket that nobody watches live is read; 0 reads at once. A "
        "longer time costs less, and as much more of the newest pictures when a recorder is "
        "killed.",
    )
    connect_timeout_ms: int = Field(
        default=10_000,
        ge=100,
        le=120_000,
        description="Longest time from resolving a camera's name to its first video packet's "
        "set-up.",
    )
    stall_timeout_ms: int = Field(
        default=10_000,
        ge=1_000,
        le=300_000,
        description="A stream that brings no picture for so long is a gap, reason `stalled`.",
    )
    key_frame_timeout_ms: int = Field(
        default=30_000,
        ge=1_000,
        le=600_000,
        description="A stream without a key frame for so long is a gap, reason `no_key_frame`.",
    )
    backoff_most_ms: int = Field(
        default=60_000,
        ge=1_000,
        le=3_600_000,
        description="Longest wait between two attempts to reach a camera.",
    )


class Network(Section):
    """Which addresses a camera may have, and what is believed about them."""

    camera_networks: tuple[IPNetwork, ...] = Field(
        default=tuple(ip_network(text) for text in PRIVATE_NETWORKS),
        description="Networks in which cameras may live. Link-local, multicast, metadata and "
        "IPv4-in-IPv6 addresses are refused even inside them. In the environment: a JSON array.",
    )
    allow_loopback: bool = Field(
        default=False,
        description="Allow cameras on this machine itself; for the demo and for tests.",
    )
    resolve_timeout_ms: int = Field(
        default=5_000, ge=100, le=60_000, description="Longest wait for a camera's name to resolve."
    )
    tls_verify: bool = Field(
        default=False,
        description="Refuse `rtsps` cameras without a certificate that this machine trusts. Most "
        "cameras sign their own.",
    )


class Vision(Section):
    """How pictures are decoded and what is noticed in them."""

    sandbox: Literal["required", "best_effort"] = Field(
        default="required",
        description="`required` refuses to start where the kernel cannot lock the decoder in "
        "(Landlock, seccomp); `best_effort` goes on with what the kernel has, and says so.",
    )
    detections_per_second: float = Field(
        default=5.0,
        ge=0.2,
        le=30.0,
        description="How many pictures a second of each watched or ruled camera are looked at.",
    )
    idle: Literal["key_frames", "off"] = Field(
        default="key_frames",
        description="What is looked at on cameras that nobody watches and no rule needs.",
    )
    late_ms: int = Field(
        default=900,
        ge=100,
        le=10_000,
        description="A picture whose detections are later than this is wholly covered.",
    )
    detector_threads: int = Field(
        default=0, ge=0, le=256, description="Processor threads for the detector; 0 takes them all."
    )
    detector_timeout_ms: int = Field(
        default=5_000,
        ge=500,
        le=120_000,
        description="A detector that does not answer for so long is started anew.",
    )
    memory_mb: int = Field(
        default=1_024,
        ge=256,
        le=65_536,
        description="Most memory that one decoder process may take, in MiB.",
    )


class Redaction(Section):
    """How people and plates are covered."""

    style: Literal["mosaic", "solid"] = Field(
        default="mosaic",
        description="`mosaic` leaves coarse squares, `solid` one flat colour. Neither can be "
        "undone.",
    )
    vehicles: bool = Field(
        default=True, description="Cover vehicles in which a number plate could be read."
    )
    vehicle_pixels: int = Field(
        default=90,
        ge=16,
        le=2_000,
        description="Height in pixels of the recorded picture from which a vehicle's plate could "
        "be read.",
    )
    margin: float = Field(
        default=0.10,
        ge=0.0,
        le=1.0,
        description="How far a cover reaches beyond what was detected, as a share of its size.",
    )
    hold_ms: int = Field(
        default=1_500,
        ge=0,
        le=60_000,
        description="How long a place stays covered after the last detection there.",
    )
    most_height: int = Field(
        default=720,
        ge=144,
        le=4_320,
        description="Pictures higher than this are made smaller when they are covered.",
    )
    keep_masks: bool = Field(
        default=True,
        description="Keep the covers of recorded spans, encrypted, for who looks next.",
    )


class Sessions(Section):
    """How people sign in, and for how long."""

    hours: int = Field(
        default=12,
        ge=1,
        le=24 * 30,
        description="Hours until a session ends by itself, used or not.",
    )
    second_factor: bool = Field(
        default=True,
        description="Whether everybody needs a passkey or a one-time code besides the password. "
        "Who has neither can do nothing but set one up.",
    )
    proof_minutes: int = Field(
        default=10,
        ge=1,
        le=120,
        description="Minutes for which having shown who one is suffices for acts of consequence.",
    )


class Logs(Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Lowest level that is written."
    )
    style: Literal["console", "json"] = Field(
        default="console", description="`console` for people, `json` for collectors."
    )


class Metrics(Section):
    """Who may read /metrics besides signed-in people."""

    token: Annotated[SecretStr, Field(min_length=16)] | None = Field(
        default=None,
        description="Bearer token (16 characters or more) for the Prometheus scraper; unset: "
        "only a session can read.",
    )
