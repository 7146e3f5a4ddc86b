"""From the catalogue's cameras to what the recorders are told."""

import json
from pathlib import Path

from farola.base import Clock
from farola.catalog import Catalog
from farola.keys import Keystore
from farola.model import Camera, Credentials, StreamKind
from farola.recorder import StreamKey, StreamPlan, recover_streams


class Plans:
    """Recovers streams and makes their plans. Blocks: call it in a thread."""

    def __init__(self, catalog: Catalog, keystore: Keystore, root: Path, clock: Clock) -> None:
        self._catalog = catalog
        self._keystore = keystore
        self._root = root
        self._clock = clock

    def prepare(self, recover: set[StreamKey] | None) -> list[StreamPlan]:
        """Plans for every enabled stream, after recovering the given streams (None: all)."""
        cameras = self._catalog.cameras.list()
        every = {
            (camera.id, stream)
            for camera in cameras
            for stream in (StreamKind.MAIN, StreamKind.SUB)
        }
        keys = every if recover is None else recover & every
        if keys:
            recover_streams(self._root, self._catalog.recordings, keys, self._clock.wall_us())
        open_gaps = {
            (gap.camera_id, gap.stream): gap for gap in self._catalog.recordings.open_gaps()
        }
        plans = []
        for camera in cameras:
            if not camera.enabled:
                continue
            login = self.credentials(camera)
            for stream, address in ((StreamKind.MAIN, camera.main), (StreamKind.SUB, camera.sub)):
                if address is None:
                    continue
                plans.append(
                    StreamPlan(
                        camera_id=camera.id,
                        stream=stream,
                        address=address,
                        username=login.username if login else None,
                        password=login.password if login else None,
                        covered_until_us=self._catalog.recordings.newest_end_us(camera.id, stream),
                        open_gap=open_gaps.get((camera.id, stream)),
                        retention_class=camera.papers.retention_class,
                    )
                )
        return plans

    def credentials(self, camera: Camera) -> Credentials | None:
        """The camera's credentials, opened; None when it has none."""
        sealed = self._catalog.cameras.sealed_credentials(camera.id)
        if sealed is None:
            return None
        return open_credentials(self._keystore, camera.id, sealed)


def seal_credentials(keystore: Keystore, camera_id: str, login: Credentials) -> bytes:
    """The credentials as the catalogue keeps them: only this keystore opens them."""
    text = json.dumps({"username": login.username, "password": login.password})
    return keystore.seal(credentials_label(camera_id), text.encode())


def open_credentials(keystore: Keystore, camera_id: str, sealed: bytes) -> Credentials:
    """Raises KEY_WRONG when the keystore is another one or the camera another one."""
    values = json.loads(keystore.unseal(credentials_label(camera_id), sealed))
    return Credentials(values["username"], values["password"])


def credentials_label(camera_id: str) -> str:
    """What a camera's credentials are sealed for."""
    return f"camera/{camera_id}/credentials"
