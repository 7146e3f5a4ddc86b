"""Accounts, their roles, and groups of cameras, looked after by administrators."""

import secrets
from collections.abc import Iterable, Sequence

from farola.access.accounts import (
    Accounts,
    Acts,
    GroupStore,
    PasskeyStore,
    SessionStore,
)
from farola.access.identities import identity_at
from farola.access.passwords import Passwords, check_new
from farola.access.sign_in import subject, who
from farola.base import Error, Kind
from farola.model import (
    Act,
    Assignment,
    Body,
    EntryKind,
    Group,
    Json,
    Person,
    Role,
    Session,
    check_assignments,
)

_ADMINISTRATOR = frozenset({Assignment(Role.ADMINISTRATOR)})


class PeopleDesk:
    """Blocking. `by` None is somebody at the machine itself."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: SessionStore,
        passkeys: PasskeyStore,
        groups: GroupStore,
        passwords: Passwords,
        *,
        issuer: str | None = None,
        acts: Acts,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._passkeys = passkeys
        self._groups = groups
        self._passwords = passwords
        self._issuer = issuer
        self._acts = acts

    def list(self) -> Sequence[Person]:
        return self._accounts.list()

    def add_first(self, name: str, password: str | None = None) -> tuple[Person, str] | None:
        """The administrator whom the first start makes, and the password; None when anybody has an
        account. Without a password a random one of 80 bits is made, to be read once.
        """
        if self._accounts.count():
            return None
        password = password or _new_password()
        roles = _ADMINISTRATOR
        body: Body = {"what": "added", "subject_name": name, "roles": _told(roles)}
        self._acts.append(EntryKind.PERSON_CHANGED, {**body, "why": "the first start"})
        try:
            return self._accounts.add(name, self._passwords.hash(password), roles), password
        except Error as error:
            if error.kind is Kind.CONFLICT:  # another process was first
                return None
            raise

    def add(
        self,
        by: Session | None,
        name: str,
        assignments: frozenset[Assignment],
        password: str | None = None,
    ) -> tuple[Person, str]:
        """A new account and its password, to be handed over and changed.

        Raises `Error`: CONFLICT for a taken name, INVALID_INPUT for roles that do not go together
        or a weak password, NOT_FOUND for a group that is none.
        """
        check_assignments(assignments)
        if password is not None:
            check_new(password, name)
        chosen = password or _new_password()
        hashed = self._passwords.hash(chosen)
        body: Body = {"what": "added", "subject_name": name, "roles": _told(assignments)}
        self._acts.append(EntryKind.PERSON_CHANGED, {**_by(by), **body})
        person = self._accounts.add(name, hashed, assignments)
        self._looked_after(person, by)
        return person, chosen

    def change(
        self,
        by: Session | None,
        person_id: str,
        assignments: frozenset[Assignment],
        *,
        disabled: bool,
        identity: str | None = None,
    ) -> Person:
        """Replace a person's roles, disable or enable the account; sessions of a disabled one end.

        Nobody changes their own. `identity` is the subject at the town's identity provider, None
        leaves it. Raises `Error`: NOT_FOUND, FORBIDDEN, INVALID_INPUT, CONFLICT for the last
        administrator.
        """
        person = self._other(by, person_id)
        check_assignments(assignments)
        if disabled or not _administrates(assignments):
            self._keep_an_administrator(person)
        joined = self._joined(identity) if identity else None
        body: Body = {"what": "changed", "roles": _told(assignments), "disabled": disabled}
        if identity is not None:
            body["identity"] = identity
        self._acts.append(EntryKind.PERSON_CHANGED, {**_by(by), **subject(person), **body})
        self._looked_after(person, by)
        self._accounts.set_assignments(person_id, assignments)
        self._accounts.set_disabled(person_id, disabled)
        if identity is not None:
            self._accounts.set_subject(person_id, joined)
        if disabled:
            self._sessions.delete_of(person_id)
        return self._accounts.get(person_id)

    def reset(self, by: Session | None, person_id: str, password: str | None = None) -> str:
        """A new password for who lost theirs; their second factors and sessions go as well.

        Raises `Error`: NOT_FOUND, FORBIDDEN for oneself, INVALID_INPUT for a weak password.
        """
        person = self._other(by, person_id)
        if password is not None:
            check_new(password, person.name)
        chosen = password or _new_password()
        hashed = self._passwords.hash(chosen)
        self._acts.append(
            EntryKind.FACTOR_CHANGED, {**_by(by), **subject(person), "what": "all replaced"}
        )
        self._looked_after(person, by)
        self._accounts.set_password_hash(person_id, hashed)
        self._accounts.set_totp(person_id, None)
        self._passkeys.remove_of(person_id)
        self._sessions.delete_of(person_id)
        return chosen

    def groups(self) -> Sequence[Group]:
        return self._groups.list()

    def save_group(
        self, by: Session, group_id: str | None, name: str, camera_ids: Iterable[str]
    ) -> Group:
        """A new group (None) or a changed one. Raises `Error`: NOT_FOUND, CONFLICT."""
        cameras = frozenset(camera_ids)
        body: Body = {"group": group_id, "name": name, "cameras": [*sorted(cameras)]}
        what = "added" if group_id is None else "changed"
        self._acts.append(EntryKind.GROUP_CHANGED, {**who(by), "what": what, **body})
        return self._groups.save(group_id, name, cameras)

    def remove_group(self, by: Session, group_id: str) -> None:
        """Raises `Error`: NOT_FOUND, CONFLICT while somebody's role is for it."""
        body: Body = {"what": "removed", "group": group_id}
        self._acts.append(EntryKind.GROUP_CHANGED, {**who(by), **body})
        self._groups.remove(group_id)

    def identity_of(self, person: Person) -> str | None:
        """The subject at the town's identity provider that this account is joined with."""
        issuer = f"{self._issuer} "
        known = self._accounts.subject(person.id) if self._issuer else None
        return known.removeprefix(issuer) if known and known.startswith(issuer) else None

    def _joined(self, subject: str) -> str:
        if self._issuer is None:
            raise Error(Kind.INVALID_INPUT, "the town has no identity provider", field="identity")
        return identity_at(self._issuer, subject)

    def _other(self, by: Session | None, person_id: str) -> Person:
        if by is not None and by.person.id == person_id:
            raise Error(Kind.FORBIDDEN, "nobody changes their own account here")
        return self._accounts.get(person_id)

    def _looked_after(self, person: Person, by: Session | None) -> None:
        if by is not None:
            self._accounts.administered(person.id, by.person.id)

    def _keep_an_administrator(self, person: Person) -> None:
        others = [
            each
            for each in self._accounts.list()
            if each.id != person.id and each.may_somewhere(Act.MANAGE_PEOPLE)
        ]
        if person.may_somewhere(Act.MANAGE_PEOPLE) and not others:
            raise Error(Kind.CONFLICT, "this is the only administrator")


def _administrates(assignments: frozenset[Assignment]) -> bool:
    return any(each.role is Role.ADMINISTRATOR for each in assignments)


def _by(by: Session | None) -> Body:
    return {"why": "at the machine itself"} if by is None else who(by)


def _told(assignments: frozenset[Assignment]) -> list[Json]:
    named = (
        each.role.value if each.group_id is None else f"{each.role.value} {each.group_id}"
        for each in assignments
    )
    return [*sorted(named)]


def _new_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(5))
