"""`farola serve` as a real process, and an operator who is signed in to it."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from programs import line, program, until

PAPERS = {
    "purpose": "traffic safety",
    "legal_basis": "Ley 25.326",
    "office": "Tránsito",
    "contact": "transito@pueblo.example",
    "assessment": "informe 3/2026",
    "density": 125,
}
NOW_US = 4_000_000_000_000_000


def write_config(folder: Path, data: Path | None = None, **sections: Mapping[str, object]) -> Path:
    """A configuration for a town in `folder`: loopback cameras, a free port, no reserve."""
    tables: dict[str, dict[str, object]] = {
        "server": {"port": 0},
        "storage": {
            "data": str(data or folder / "data"),
            "keys": str(folder / "keys"),
            "min_free_bytes": 0,
        },
        "network": {"camera_networks": ["127.0.0.0/8"], "allow_loopback": True},
        "recorder": {"connect_timeout_ms": 3_000, "stall_timeout_ms": 3_000},
        "retention": {"early_alarm_bytes": 0},
        "sessions": {"second_factor": False},
    }
    for name, values in sections.items():
        tables[name] = {**tables.get(name, {}), **values}
    text = ""
    for name, table in tables.items():
        text += f"[{name}]\n"
        for key, value in table.items():
            shown = str(value).lower() if isinstance(value, bool) else repr(value)
            text += f"{key} = {shown}\n"
    path = folder / "farola.toml"
    path.write_text(text)
    return path


class Operator:
    """Two API clients with a session each: `admin` configures, `http` watches as a supervisor."""

    def __init__(self, url: str, password: str) -> None:
        self.url = url
        self.admin = _signed_in(url, "admin", password)
        self.http = self._somebody("supervisor")
        self.officer = self._somebody("privacy_officer")
        self.cookie = f"farola_session={self.http.cookies['farola_session']}"

    def _somebody(self, role: str) -> httpx.Client:
        """A new account's client."""
        body = {"name": f"{role} {uuid4()}", "assignments": [{"role": role}]}
        made = self.admin.post("/api/people", json=body)
        assert made.status_code == 201, made.text
        return _signed_in(self.url, body["name"], made.json()["password"])

    def close(self) -> None:
        for each in (self.admin, self.http, self.officer):
            each.close()

    def get(self, path: str, **query: int | str) -> Any:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def add(self, name: str, url: str, login: tuple[str, str] | None = None) -> str:
        """Adds a camera; its id."""
        body = {"name": name, "place": name, "main": address(url), "enabled": True, **PAPERS}
        if login is not None:
            body["credentials"] = {"username": login[0], "password": login[1]}
        answer = self.admin.post("/api/cameras", json=body)
        assert answer.status_code == 201, answer.text
        added = answer.json()
        camera_id: str = added["id"]
        self.approve(camera_id, added["papers_digest"])
        return camera_id

    def approve(self, camera_id: str, digest: str) -> None:
        """As the privacy officer."""
        answer = self.officer.post(f"/api/cameras/{camera_id}/approval", json={"digest": digest})
        assert answer.status_code == 200, answer.text

    def state(self, camera_id: str) -> dict[str, Any]:
        """The camera's state; one just added gets one in a moment."""

        def found() -> dict[str, Any] | None:
            states = self.get("/api/states")["states"]
            return next((each for each in states if each["camera_id"] == camera_id), None)

        return until(found)  # type: ignore[return-value]

    def alarms(self) -> list[str]:
        return [alarm["kind"] for alarm in self.get("/api/states")["alarms"]]

    def timeline(self, camera_id: str) -> tuple[list[tuple[int, int]], list[dict[str, Any]]]:
        """Spans and gaps of the last day."""
        now_us = self.get("/api/states")["now_us"]
        found = self.get(
            f"/api/cameras/{camera_id}/timeline",
            start_us=now_us - 86_400_000_000,
            end_us=now_us + 60_000_000,
        )
        return [(each["start_us"], each["end_us"]) for each in found["spans"]], found["gaps"]

    def clip(self, camera_id: str, span: tuple[int, int], path: Path) -> Path:
        answer = self.http.get(
            f"/api/cameras/{camera_id}/clip.mp4", params={"start_us": span[0], "end_us": span[1]}
        )
        assert answer.status_code == 200, answer.text
        path.write_bytes(answer.content)
        return path

    def until_live(self, camera_id: str, seconds: float = 60) -> None:
        """Waits until the camera is live and something of it is on disk."""
        until(
            lambda: (state := self.state(camera_id))["phase"] == "live" and state["bytes"] > 0,
            seconds,
        )


def _signed_in(url: str, name: object, password: str) -> httpx.Client:
    client = httpx.Client(base_url=url, headers={"origin": url}, timeout=30)
    answer = client.post("/api/session", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    return client


def address(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port, "path": path}


class Served:
    """The running server; `password` is the administrator's, `new` if this start has made it."""

    def __init__(
        self, process: subprocess.Popen[str], url: str, password: str, *, new: bool
    ) -> None:
        self.process = process
        self.url = url
        self.password = password
        self.new = new
        self._operators: list[Operator] = []

    def sign_in(self) -> Operator:
        self._operators.append(Operator(self.url, self.password))
        return self._operators[-1]

    def close(self) -> None:
        for each in self._operators:
            each.close()

    def stop(self) -> int:
        """Asks the server to end; its exit status."""
        self.process.terminate()
        return self.process.wait(30)

    def recorders(self) -> list[int]:
        """The server's recorder processes; those that look at pictures are others."""
        return [pid for pid in children(self.process.pid) if _runs(pid, "recorder_process")]


def children(pid: int) -> list[int]:
    """The processes that `pid` has started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def _runs(pid: int, module: str) -> bool:
    try:
        return module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


@contextmanager
def served(config: Path, inside: tuple[str, ...] = ()) -> Iterator[Served]:
    """Starts the server; it is killed if it still runs at the end, and its recorders end then."""
    log = config.with_name("serve.log")
    with program("serve", "--config", config, log=log, inside=inside) as process:
        first = line(process)
        assert first.startswith("Farola is at "), log.read_text()
        url = first.removeprefix("Farola is at ")
        kept = config.with_name("password")
        new = not kept.exists()
        if new:
            second = line(process)
            assert second.startswith("sign in: admin / "), second
            kept.write_text(second.removeprefix("sign in: admin / "))
        town = Served(process, url, kept.read_text(), new=new)
        recorders: list[int] = []
        try:
            yield town
        finally:
            town.close()
            if process.poll() is None:
                recorders = town.recorders()
                town.stop()
            until(lambda: not any(alive(pid) for pid in recorders), 30)


def kill(pid: int) -> None:
    os.kill(pid, 9)
