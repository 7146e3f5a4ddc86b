"""People, roles, sessions and what one signs in with, as JSON."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import Field, StringConstraints

from farola.api.fields import Answer, Body, Micros, Name, NewSecret, Secret
from farola.model import (
    Act,
    Assignment,
    Group,
    Method,
    Passkey,
    Person,
    Role,
    Session,
)

_ID = r"^[a-z0-9-]{1,64}$"
PersonId = Annotated[str, Path(pattern=_ID, description="A person's id, such as `per-…`")]
GroupId = Annotated[str, Path(pattern=_ID, description="A group's id, such as `grp-…`")]
SessionName = Annotated[str, Path(pattern=_ID, description="A session's id, such as `ses-…`")]
PasskeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,400}$", description="A passkey's id")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$", min_length=6, max_length=6)]
Credential = Annotated[
    dict[str, Any], Field(description="A browser's PublicKeyCredential as JSON (WebAuthn)")
]
Options = Annotated[
    dict[str, Any], Field(description="What `navigator.credentials` is given, as JSON (WebAuthn)")
]
Identity = Annotated[str, StringConstraints(max_length=512, pattern=r"^[!-~ ]*$")]


class SignInBody(Body):
    """`code` is the authenticator app's, where one is set up."""

    name: Name
    password: Secret
    code: Code | None = None


class ProofBody(Body):
    password: Secret
    code: Code | None = None


class CredentialBody(Body):
    credential: Credential


class NewPasskeyBody(Body):
    """`title` is what its owner calls it, such as a phone's name."""

    title: Name
    credential: Credential


class CodeBody(Body):
    code: Code


class PasswordBody(Body):
    current: Secret
    new: NewSecret


class AssignmentBody(Body):
    """One role, for a group's cameras or (null) the whole town."""

    role: Annotated[Role, Field(strict=False)]
    group_id: Annotated[str, StringConstraints(pattern=_ID)] | None = None

    def model(self) -> Assignment:
        return Assignment(self.role, self.group_id)


Assignments = Annotated[list[AssignmentBody], Field(max_length=50)]


class NewPersonBody(Body):
    name: Name
    assignments: Assignments


class PersonBody(Body):
    """Replaces a person's roles. `identity` is the subject at the town's identity provider; left
    out it stays, empty removes it.
    """

    assignments: Assignments
    disabled: bool
    identity: Identity | None = None


class GroupBody(Body):
    name: Name
    camera_ids: Annotated[
        list[Annotated[str, StringConstraints(pattern=_ID)]], Field(max_length=3_000)
    ]


class OptionsAnswer(Answer):
    options: Options


class AssignmentAnswer(Answer):
    role: Role
    group_id: str | None


class PersonAnswer(Answer):
    id: str
    name: str
    assignments: list[AssignmentAnswer]
    disabled: bool
    created_us: Micros
    identity: str | None

    @classmethod
    def of(cls, person: Person, identity: str | None = None) -> "PersonAnswer":
        roles = sorted(person.assignments, key=lambda one: (one.role.value, one.group_id or ""))
        return cls(
            id=person.id,
            name=person.name,
            assignments=[
                AssignmentAnswer(role=each.role, group_id=each.group_id) for each in roles
            ],
            disabled=person.disabled,
            created_us=person.created_us,
            identity=identity,
        )


class PeopleAnswer(Answer):
    people: list[PersonAnswer]


class NewPersonAnswer(Answer):
    """`password` is told this once, to be handed over and changed."""

    person: PersonAnswer
    password: str


class ResetAnswer(Answer):
    password: str


class SessionAnswer(Answer):
    """Who is signed in and what they may do somewhere. `enrolling`: nothing before a second factor
    is set up. `proved`: whether acts of consequence need no further proof just now.
    """

    person: PersonAnswer
    acts: list[Act]
    method: Method
    enrolling: bool
    proved: bool
    expires_us: Micros

    @classmethod
    def of(cls, session: Session, *, proved: bool) -> "SessionAnswer":
        return cls(
            person=PersonAnswer.of(session.person),
            acts=[each for each in Act if session.person.may_somewhere(each)],
            method=session.method,
            enrolling=session.enrolling,
            proved=proved,
            expires_us=session.expires_us,
        )


class ListedSession(Answer):
    """A sign-in that lasts. `mine` is the one that asks."""

    id: str
    person_id: str
    person_name: str
    method: Method
    address: str
    client: str
    created_us: Micros
    expires_us: Micros
    mine: bool


class SessionList(Answer):
    sessions: list[ListedSession]


class PasskeyAnswer(Answer):
    id: str
    title: str
    created_us: Micros
    used_us: Micros | None

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyAnswer":
        return cls(
            id=passkey.id,
            title=passkey.title,
            created_us=passkey.created_us,
            used_us=passkey.used_us,
        )


class FactorsAnswer(Answer):
    totp: bool
    passkeys: list[PasskeyAnswer]


class NewTotpAnswer(Answer):
    """What an authenticator app is told. `qr` are the rows of its QR code, 1 for dark."""

    secret: str
    address: str
    qr: list[str]


class GroupAnswer(Answer):
    id: str
    name: str
    camera_ids: list[str]

    @classmethod
    def of(cls, group: Group) -> "GroupAnswer":
        return cls(id=group.id, name=group.name, camera_ids=sorted(group.camera_ids))


class GroupList(Answer):
    groups: list[GroupAnswer]
