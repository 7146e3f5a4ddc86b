"""Who may sign in, and where a camera may be."""

from farola.access.accounts import Accounts, SessionStore
from farola.access.addresses import AddressPolicy, check_host, permit, refusal, resolve
from farola.access.passwords import Passwords
from farola.access.sign_in import SignIn
from farola.access.throttle import Throttle

__all__ = [
    "Accounts",
    "AddressPolicy",
    "Passwords",
    "SessionStore",
    "SignIn",
    "Throttle",
    "check_host",
    "permit",
    "refusal",
    "resolve",
]
