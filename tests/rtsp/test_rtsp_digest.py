"""Signing in, against the vectors of RFC 2617 and RFC 7616."""

import hashlib

import pytest

from farola.rtsp.digest import Authorizer, Challenge, parse_challenges, strongest


def authorizer(challenge: Challenge, user: str, password: str, cnonce: str) -> Authorizer:
    return Authorizer(challenge, user, password, lambda: cnonce)


def test_rfc_2617_3_5() -> None:
    (challenge,) = parse_challenges(
        [
            'Digest realm="testrealm@host.com", qop="auth,auth-int", '
            'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
        ]
    )
    value = authorizer(challenge, "Mufasa", "Circle Of Life", "0a4f113b").authorization(
        "GET", "/dir/index.html"
    )
    assert 'response="6629fae49393a05397450978507c4ef1"' in value
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in value
    assert "qop=auth, nc=00000001" in value


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616_3_9_1(algorithm: str, response: str) -> None:
    (challenge,) = parse_challenges(
        [
            'Digest realm="http-auth@example.org", qop="auth, auth-int", '
            f"algorithm={algorithm}, "
            'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
            'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
        ]
    )
    value = authorizer(
        challenge,
        "Mufasa",
        "Circle of Life",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    ).authorization("GET", "/dir/index.html")
    assert f'response="{response}"' in value


def test_rfc_2617_without_qop_is_what_most_cameras_send() -> None:
    (challenge,) = parse_challenges(['Digest realm="cam", nonce="abc"'])
    value = authorizer(challenge, "u", "p", "c").authorization("DESCRIBE", "rtsp://h/1")

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    expected = md5(f"{md5('u:cam:p')}:abc:{md5('DESCRIBE:rtsp://h/1')}")
    assert f'response="{expected}"' in value
    assert "qop" not in value
    assert "cnonce" not in value


def test_a_session_algorithm_keeps_its_first_cnonce() -> None:
    (challenge,) = parse_challenges(['Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"'])
    cnonces = iter(["first", "second"])
    login = Authorizer(challenge, "u", "p", lambda: next(cnonces))
    one, two = (login.authorization("PLAY", "rtsp://h/") for _ in range(2))
    assert 'cnonce="first"' in one
    assert 'cnonce="first"' in two
    assert "nc=00000002" in two


def test_basic_is_rfc_7617() -> None:
    (challenge,) = parse_challenges(['Basic realm="WallyWorld"'])
    login = Authorizer(challenge, "Aladdin", "open sesame")
    assert login.authorization("GET", "/") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert "open sesame" not in repr(login)


def test_the_strongest_is_chosen() -> None:
    values = [
        'Basic realm="r"',
        'Digest realm="r", nonce="a", Digest realm="r", nonce="b", algorithm=SHA-256',
        'Digest realm="r", nonce="c", algorithm=SHA-512-256',
        "Negotiate",
    ]
    challenges = parse_challenges(values)
    assert [challenge.scheme for challenge in challenges] == [
        "basic", "digest", "digest", "digest", "negotiate",
    ]  # fmt: skip
    best = strongest(challenges)
    assert best is not None
    assert best.parameters["nonce"] == "b"
    assert strongest(challenges[:1]) is challenges[0]
    assert strongest(challenges[3:]) is None
    assert strongest([]) is None


def test_quotes_and_escapes() -> None:
    (challenge,) = parse_challenges([r'Digest realm="a \"b\" \\ c", nonce="n", stale=TRUE'])
    assert challenge.parameters["realm"] == 'a "b" \\ c'
    assert challenge.stale
    assert r'realm="a \"b\" \\ c"' in Authorizer(challenge, "u", "p").authorization("M", "u")
