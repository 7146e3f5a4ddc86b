"""Signing in through the town's identity provider: a real one, and a lying one."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from access_acts import Written
from access_world import access_over
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from laid_catalog import lay_catalog
from town_provider import CLIENT, Browser, TownProvider, town_provider

from farola.access import Access, Identities, Passwords
from farola.access.sign_in import token_hash
from farola.base import Error, Kind, ManualClock
from farola.catalog import Catalog
from farola.config import Identity
from farola.model import Assignment, EntryKind, Method, Person, Role, Session

REDIRECT = "https://town.example/api/session/identity/answer"
ADDRESS = "10.0.0.1"
MINUTE_US = 60_000_000


@pytest.fixture(scope="module")
def real() -> Iterator[TownProvider]:
    with town_provider([REDIRECT]) as provider:
        yield provider


@dataclass
class Town:
    """A town whose people sign in through a provider."""

    access: Access
    catalog: Catalog
    clock: ManualClock
    acts: Written

    @property
    def identities(self) -> Identities:
        assert self.access.identities is not None
        return self.access.identities

    def person(self, name: str, identity: str) -> Person:
        roles = frozenset({Assignment(Role.OPERATOR)})
        person, _ = self.access.people.add(None, name, roles)
        return self.access.people.change(None, person.id, roles, disabled=False, identity=identity)

    def sign_in(self, browser: Browser, name: str) -> tuple[str, Session]:
        secret, url = self.identities.begin(REDIRECT, "/wall")
        code, state = browser.go(url, name)
        found = self.identities.finish(secret, state, code, ADDRESS, client="a browser")
        assert found.session is not None
        return found.token, found.session


def town_with(settings: Identity, folder: Path) -> Iterator[Town]:
    clock, acts = ManualClock(time.time_ns() // 1_000), Written()
    with Catalog.open(lay_catalog(folder / "catalog.db"), clock=clock) as catalog:
        passwords = Passwords(passes=1, memory_kib=8, lanes=1)
        access = access_over(
            catalog, clock, passwords, acts, folder / "keys", second_factor=True, identity=settings
        )
        yield Town(access, catalog, clock, acts)


@pytest.fixture
def town(real: TownProvider, tmp_path: Path) -> Iterator[Town]:
    yield from town_with(real.settings, tmp_path)


def test_whom_the_provider_names_signs_in(town: Town) -> None:
    eva = town.person("Eva", "eva-7")
    token, session = town.sign_in(Browser(), "eva-7")
    assert (session.person.id, session.method, session.enrolling) == (eva.id, Method.OIDC, False)
    assert (session.address, session.client) == (ADDRESS, "a browser")
    assert town.access.sign_in.session(token) == session
    (entry,) = town.acts.of(EntryKind.SIGNED_IN)
    assert (entry["person"], entry["method"]) == (eva.id, "oidc")


def test_nobody_is_signed_in_without_an_account_of_theirs(town: Town) -> None:
    with pytest.raises(Error) as error:
        town.sign_in(Browser(), "stranger-9")
    assert error.value.kind is Kind.IDENTITY_UNKNOWN
    assert error.value.detail["identity"] == "stranger-9"
    assert [each["reason"] for each in town.acts.of(EntryKind.SIGN_IN_REFUSED)] == [
        "identity_unknown"
    ]
    eva = town.person("Eva", "eva-7")
    town.access.people.change(None, eva.id, eva.assignments, disabled=True)
    with pytest.raises(Error) as error:
        town.sign_in(Browser(), "eva-7")
    assert error.value.kind is Kind.UNAUTHENTICATED


def test_an_identity_is_one_accounts_and_one_providers(town: Town) -> None:
    eva, ana = town.person("Eva", "eva-7"), town.person("Ana", "ana-1")
    with pytest.raises(Error) as error:
        town.access.people.change(None, ana.id, ana.assignments, disabled=False, identity="eva-7")
    assert error.value.kind is Kind.CONFLICT
    assert town.access.people.identity_of(eva) == "eva-7"
    town.catalog.people.set_subject(eva.id, "https://other.example eva-7")
    assert town.access.people.identity_of(eva) is None
    with pytest.raises(Error) as error:
        town.sign_in(Browser(), "eva-7")
    assert error.value.kind is Kind.IDENTITY_UNKNOWN


def test_an_answer_counts_once_and_for_the_browser_that_asked(town: Town) -> None:
    town.person("Eva", "eva-7")
    browser = Browser()
    secret, url = town.identities.begin(REDIRECT, "/")
    other, _ = town.identities.begin(REDIRECT, "/")
    code, state = browser.go(url, "eva-7")
    for wrong_secret, wrong_state in ((other, state), ("", state), ("x" * 200, state)):
        with pytest.raises(Error) as error:
            town.identities.finish(wrong_secret, wrong_state, code, ADDRESS)
        assert error.value.kind is Kind.UNAUTHENTICATED
    assert town.identities.finish(secret, state, code, ADDRESS).session is not None
    with pytest.raises(Error) as error:
        town.identities.finish(secret, state, code, ADDRESS)
    assert error.value.kind is Kind.UNAUTHENTICATED


@pytest.mark.parametrize("wrong", ["state", "code", "late"])
def test_what_is_not_the_answer_signs_nobody_in(town: Town, wrong: str) -> None:
    town.person("Eva", "eva-7")
    secret, url = town.identities.begin(REDIRECT, "/")
    code, state = Browser().go(url, "eva-7")
    if wrong == "late":
        town.clock.advance(16 * MINUTE_US)
    with pytest.raises(Error) as error:
        town.identities.finish(
            secret,
            state[:-1] + "~" if wrong == "state" else state,
            code[:-1] + "~" if wrong == "code" else code,
            ADDRESS,
        )
    assert error.value.kind is Kind.UNAUTHENTICATED


def test_a_proof_is_a_new_sign_in_of_the_same_person(town: Town) -> None:
    town.person("Eva", "eva-7")
    town.person("Ana", "ana-1")
    browser = Browser()
    token, session = town.sign_in(browser, "eva-7")
    town.catalog.sessions.prove(
        token_hash(token), session.proved_us - 20 * MINUTE_US, None, enrolled=False
    )

    def is_proved() -> bool:
        found = town.access.sign_in.session(token)
        return found is not None and town.access.sign_in.is_proved(found)

    assert not is_proved()
    secret, url = town.identities.begin(REDIRECT, "/oversight", token)
    code, state = browser.go(url, "ana-1")  # somebody else sits down at the provider's page
    with pytest.raises(Error) as error:
        town.identities.finish(secret, state, code, ADDRESS)
    assert error.value.kind is Kind.FORBIDDEN
    assert not is_proved()
    secret, url = town.identities.begin(REDIRECT, "/oversight", token)
    code, state = browser.go(url, "eva-7")
    returned = town.identities.finish(secret, state, code, ADDRESS)
    assert (returned.back, returned.session) == ("/oversight", None)
    assert is_proved()
    assert [each["method"] for each in town.acts.of(EntryKind.PROVED)] == ["oidc"]


def test_the_provider_is_not_there(tmp_path: Path) -> None:
    settings = Identity(issuer="http://127.0.0.1:9", client_id=CLIENT)
    for town in town_with(settings, tmp_path):
        with pytest.raises(Error) as error:
            town.identities.begin(REDIRECT, "/")
        assert error.value.kind is Kind.UNAVAILABLE


def test_whoever_is_not_there_is_not_asked_by_everybody_at_once(
    lied_to: Town, liar: "Liar"
) -> None:
    liar.answers["/.well-known/openid-configuration"] = b"not now"
    kinds = []
    for _ in range(4):
        with pytest.raises(Error) as error:
            lied_to.identities.begin(REDIRECT, "/")
        kinds.append(error.value.kind)
        lied_to.clock.advance(2_000_000)
    assert kinds == [Kind.UNAUTHENTICATED, *[Kind.UNAVAILABLE] * 3]
    assert len(liar.paths) == 1
    lied_to.clock.advance(2_000_000)  # ten seconds since it was asked
    del liar.answers["/.well-known/openid-configuration"]
    assert lied_to.identities.begin(REDIRECT, "/")
    assert len(liar.paths) == 2


def test_a_code_that_it_refuses_keeps_nobody_else_from_signing_in(
    lied_to: Town, liar: "Liar"
) -> None:
    lied_to.person("Eva", "eva-7")
    liar.status = 400
    with pytest.raises(Error):
        finish(lied_to, liar)
    liar.status, liar.nonce = 200, ""
    assert finish(lied_to, liar) is not None


KEY = RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class Liar:
    """A provider that answers what a test wants. `claims` and `header` replace the right ones."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: KEY)
    signed_by: Any = None
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    without: str = ""
    token: str | None = None
    answers: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    asked: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    nonce: str = ""

    def answer(self, path: str) -> bytes:
        self.paths.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            endpoints = {name: f"{self.issuer}/{name}" for name in names}
            return json.dumps({"issuer": self.issuer, **endpoints}).encode()
        if path == "/jwks_uri":
            return json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        return json.dumps({"id_token": self.token or self._token()}).encode()

    def _token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "eva-7",
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
        } | self.claims
        claims.pop(self.without, None)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        signer = self.signed_by or self.key
        return jwt.encode(header, claims, signer, algorithms=[self.algorithm])


@pytest.fixture
def liar() -> Iterator[Liar]:
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            form = parse_qs(self.rfile.read(length).decode())
            liar.asked = {name: values[0] for name, values in form.items()}
            self._answer()

        def _answer(self) -> None:
            data = liar.answer(urlsplit(self.path).path)
            self.send_response(liar.status if self.command == "POST" else 200)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    liar.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield liar
    server.shutdown()
    server.server_close()


@pytest.fixture
def lied_to(liar: Liar, tmp_path: Path) -> Iterator[Town]:
    yield from town_with(Identity(issuer=liar.issuer, client_id=CLIENT), tmp_path)


def finish(town: Town, liar: Liar, token: str | None = None) -> Session | None:
    secret, url = town.identities.begin(REDIRECT, "/", token)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    liar.nonce = liar.nonce or query["nonce"]
    return town.identities.finish(secret, query["state"], "code", ADDRESS).session


def test_a_right_answer_of_it_signs_in_and_pkce_is_used(lied_to: Town, liar: Liar) -> None:
    lied_to.person("Eva", "eva-7")
    assert finish(lied_to, liar) is not None
    assert len(liar.asked["code_verifier"]) >= 43
    assert liar.asked["client_id"] == CLIENT


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"iss": "https://other.example"}},
        {"claims": {"aud": "somebody"}},
        {"claims": {"aud": [CLIENT, "somebody"]}},
        {"claims": {"aud": []}},
        {"claims": {"azp": "somebody"}},
        {"claims": {"nonce": "another"}},
        {"claims": {"exp": int(time.time()) - 3_600}},
        {"claims": {"exp": True}},
        {"claims": {"iat": int(time.time()) - 3_600}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": 7}},
        {"claims": {"sub": "x" * 256}},
        {"claims": {"sub": "eva\n7"}},
        {"without": "exp"},
        {"without": "iat"},
        {"without": "nonce"},
        {"without": "sub"},
        {"without": "aud"},
        {"signed_by": RSAKey.generate_key(2048, {"kid": "one"})},
        {"signed_by": OctKey.import_key("a shared secret of 32 characters!"), "algorithm": "HS256"},
        {"token": "e30.e30."},
        {"token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmEtNyJ9."},
        {"token": "..."},
        {"token": "\u00e9"},
        {"answers": {"/token_endpoint": b"[]"}},
        {"answers": {"/token_endpoint": b"{}"}},
        {"answers": {"/token_endpoint": b"\xff"}},
        {"answers": {"/token_endpoint": b"[" * 100_000}},
        {"answers": {"/token_endpoint": b" " * (1 << 20) + b"{}"}},
        {"answers": {"/jwks_uri": b'{"keys": [7]}'}},
        {"answers": {"/jwks_uri": b'{"keys": []}'}},
        {"status": 302},
        {"status": 400},
    ],
)
def test_a_lying_provider_signs_nobody_in(lied_to: Town, liar: Liar, lie: dict[str, Any]) -> None:
    lied_to.person("Eva", "eva-7")
    for name, value in lie.items():
        setattr(liar, name, value)
    with pytest.raises(Error) as error:
        finish(lied_to, liar)
    assert error.value.kind is Kind.UNAUTHENTICATED
    assert lied_to.acts.of(EntryKind.SIGNED_IN) == []


@pytest.mark.parametrize("lie", [{"claims": {"auth_time": 1_000}}, {"without": "auth_time"}])
def test_an_old_sign_in_at_the_provider_is_no_proof(
    lied_to: Town, liar: Liar, lie: dict[str, Any]
) -> None:
    lied_to.person("Eva", "eva-7")
    secret, url = lied_to.identities.begin(REDIRECT, "/")
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    liar.nonce = query["nonce"]
    token = lied_to.identities.finish(secret, query["state"], "code", ADDRESS).token
    liar.nonce = ""
    for name, value in lie.items():
        setattr(liar, name, value)
    with pytest.raises(Error) as error:
        finish(lied_to, liar, token)
    assert error.value.kind is Kind.UNAUTHENTICATED
    assert lied_to.acts.of(EntryKind.PROVED) == []


@pytest.mark.parametrize(
    "metadata",
    [b"{}", b'{"issuer": "https://other.example"}', b"not JSON"],
)
def test_a_provider_that_calls_itself_otherwise_is_asked_nothing(
    lied_to: Town, liar: Liar, metadata: bytes
) -> None:
    liar.answers["/.well-known/openid-configuration"] = metadata
    with pytest.raises(Error) as error:
        lied_to.identities.begin(REDIRECT, "/")
    assert error.value.kind is Kind.UNAUTHENTICATED


def test_a_new_key_of_the_provider_is_asked_for_and_not_too_often(
    lied_to: Town, liar: Liar
) -> None:
    lied_to.person("Eva", "eva-7")
    assert finish(lied_to, liar) is not None
    liar.key, liar.nonce = RSAKey.generate_key(2048, {"kid": "two"}), ""
    with pytest.raises(Error):
        finish(lied_to, liar)
    lied_to.clock.advance(31_000_000)
    liar.nonce = ""
    assert finish(lied_to, liar) is not None


@pytest.mark.parametrize(
    "issuer", ["http://login.example", "https://u:p@login.example", "https://x/?q=1", "ftp://x"]
)
def test_an_issuer_is_an_encrypted_address(issuer: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Identity(issuer=issuer, client_id=CLIENT)
