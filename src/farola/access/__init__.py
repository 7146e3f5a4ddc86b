"""Who may sign in, with what, and where a camera may be."""

from farola.access.access import Access
from farola.access.addresses import AddressPolicy, check_host, permit, refusal, resolve
from farola.access.book import GrantBook
from farola.access.checks import totp_label
from farola.access.factors import FactorList, Factors
from farola.access.grants import GrantDesk
from farola.access.identities import Identities
from farola.access.passwords import Passwords
from farola.access.people import PeopleDesk
from farola.access.sign_in import SignIn, who
from farola.access.throttle import Throttle
from farola.access.totp import NewTotp
from farola.access.webauthn_edge import Site

__all__ = [
    "Access",
    "AddressPolicy",
    "FactorList",
    "Factors",
    "GrantBook",
    "GrantDesk",
    "Identities",
    "NewTotp",
    "Passwords",
    "PeopleDesk",
    "SignIn",
    "Site",
    "Throttle",
    "check_host",
    "permit",
    "refusal",
    "resolve",
    "totp_label",
    "who",
]
