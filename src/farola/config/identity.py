"""The town's identity provider, for towns that have one."""

from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from farola.config.sections import Section


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("must begin with https://")
    if parts.query or parts.fragment or parts.username or not parts.hostname:
        raise ValueError("must be an address without user, query or fragment")
    return text


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


class Identity(Section):
    """Signing in through the town's own identity provider, by OpenID Connect.

    The provider answers for second factors. Whom it names signs in to the account that an
    administrator has joined with that name; it makes no accounts and gives no roles.
    """

    issuer: Annotated[str, Field(max_length=250), AfterValidator(_issuer)] | None = Field(
        default=None,
        description="The provider's issuer, exactly as it calls itself, such as "
        "`https://login.town.example/realms/town`. Unset: nobody signs in this way.",
    )
    client_id: str = Field(
        default="", max_length=200, description="Under which name the provider knows Farola."
    )
    client_secret: SecretStr | None = Field(
        default=None, description="The secret for that; unset for a client without one."
    )
    title: str = Field(
        default="",
        max_length=60,
        description="What people call the provider, for the button; unset: its host name.",
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.issuer is not None and not self.client_id:
            raise ValueError("an issuer needs a client_id")
        return self

    @property
    def label(self) -> str | None:
        """What the button says, None where there is no provider."""
        if self.issuer is None:
            return None
        return self.title or urlsplit(self.issuer).hostname or self.issuer
