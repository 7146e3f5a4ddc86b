"""The API's and the command line's cameras: catalogue, sealed credentials, connection test."""

import asyncio
from collections.abc import Callable, Sequence

from farola.access import check_host
from farola.api import STORED, ConnectionTest, Stored
from farola.app.asking import ask_camera
from farola.app.parts import Parts
from farola.app.plans import open_credentials, seal_credentials
from farola.base import Error, Kind, new_id
from farola.model import STANDARD, Address, Camera, CameraDraft, Credentials, Density, densities


class CameraDesk:
    """Every method but `test` blocks; `changed` is called after each change of a camera."""

    def __init__(self, parts: Parts, changed: Callable[[], None]) -> None:
        self._catalog = parts.catalog
        self._keystore = parts.keystore
        self._clock = parts.clock
        self._changed = changed
        self._settings = parts.settings

    def list(self) -> Sequence[Camera]:
        return self._catalog.cameras.list()

    def get(self, camera_id: str) -> Camera:
        return self._catalog.cameras.get(camera_id)

    def add(self, draft: CameraDraft, credentials: Credentials | None) -> Camera:
        """Raises CONFLICT for a name in use, ADDRESS_REFUSED for what is no host at all."""
        self._check(draft)
        camera_id = new_id("cam")
        sealed = None
        if credentials is not None:
            sealed = seal_credentials(self._keystore, camera_id, credentials)
        camera = self._catalog.cameras.add(draft, sealed, camera_id=camera_id)
        self._changed()
        return camera

    def update(
        self, camera_id: str, draft: CameraDraft, credentials: Credentials | Stored | None
    ) -> Camera:
        self._check(draft)
        camera = self._catalog.cameras.update(camera_id, draft)
        if credentials is not STORED:
            # Not in one transaction with the rest: the old bytes are scrubbed out of the file
            # after the commit, which an open transaction would prevent.
            sealed = None
            if isinstance(credentials, Credentials):
                sealed = seal_credentials(self._keystore, camera_id, credentials)
            self._catalog.cameras.set_credentials(camera_id, sealed)
            camera = self._catalog.cameras.get(camera_id)
        self._changed()
        return camera

    def approve(self, camera_id: str, digest: str, by_id: str | None) -> Camera:
        """Raises CONFLICT when the papers are others by now, PAPERS_INCOMPLETE."""
        camera = self._catalog.cameras.approve(camera_id, digest, by_id)
        self._changed()
        return camera

    def densities(self, camera: Camera, width: int) -> Sequence[Density]:
        return densities(camera.mounting, self._catalog.zones.zones(camera.id), width)

    async def test(
        self, main: Address, credentials: Credentials | Stored | None, camera_id: str | None
    ) -> ConnectionTest:
        """Asks the camera what it offers. What it does wrong is an answer, not an Error."""
        login = credentials if isinstance(credentials, Credentials) else None
        if credentials is STORED and camera_id is not None:
            login = await asyncio.to_thread(self._stored, camera_id, main)
        return await ask_camera(main, login, self._settings, self._clock)

    def _check(self, draft: CameraDraft) -> None:
        for address in (draft.main, draft.sub):
            if address is not None:
                check_host(address.host)
        known = {STANDARD, *(each.name for each in self._settings.retention.parsed_classes)}
        if draft.papers.retention_class not in known:
            told = ", ".join(sorted(known))
            raise Error(
                Kind.INVALID_INPUT,
                f"there is no such retention class; there are: {told}",
                field="retention_class",
            )

    def _stored(self, camera_id: str, main: Address) -> Credentials | None:
        """The stored credentials, for the host they were given for and no other.

        Else whoever may test a connection could have a stored password sent to a host of theirs.
        """
        camera = self._catalog.cameras.get(camera_id)
        hosts = {(each.host, each.port) for each in (camera.main, camera.sub) if each is not None}
        if (main.host, main.port) not in hosts:
            raise Error(
                Kind.INVALID_INPUT,
                "the stored password is for another host: type it again to test this one",
                field="credentials",
            )
        sealed = self._catalog.cameras.sealed_credentials(camera_id)
        return None if sealed is None else open_credentials(self._keystore, camera_id, sealed)
