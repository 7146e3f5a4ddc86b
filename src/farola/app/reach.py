"""From a stream's plan to a target: resolved once, checked, pinned."""

from farola.access import AddressPolicy, resolve
from farola.config import Network, Recorder
from farola.model import Address, Credentials
from farola.recorder import StreamPlan
from farola.rtsp import Limits, Target


class Reach:
    """Makes targets under the configured policy of camera addresses."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._policy = AddressPolicy.of(network)

    async def plan(self, plan: StreamPlan) -> Target:
        """Raises ADDRESS_REFUSED or NAME_UNRESOLVED."""
        login = None
        if plan.username is not None:
            login = Credentials(plan.username, plan.password or "")
        return await self.address(plan.address, login)

    async def address(self, address: Address, login: Credentials | None) -> Target:
        """Raises ADDRESS_REFUSED or NAME_UNRESOLVED."""
        ip = await resolve(
            address.host,
            address.port,
            self._policy,
            within_ms=self._network.resolve_timeout_ms,
        )
        return Target(
            url=address.url(),
            host=address.host,
            port=address.port,
            tls=address.scheme == "rtsps",
            username=login.username if login else None,
            password=login.password if login else None,
            ip=ip,
            tls_verify=self._network.tls_verify,
        )


def limits_of(recorder: Recorder) -> Limits:
    """The bounds on one stream that the operator configured."""
    return Limits(
        handshake_us=recorder.connect_timeout_ms * 1_000,
        stall_us=recorder.stall_timeout_ms * 1_000,
    )
