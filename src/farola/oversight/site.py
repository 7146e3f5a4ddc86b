"""The town's public page as static files, which any server may give out. Pure.

No script, nothing fetched from elsewhere, relative addresses only: the files can be hosted apart
from everything private.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files

from farola.base import Error, Kind
from farola.model import Reason
from farola.oversight.numbers import Month
from farola.oversight.site_facts import PublicCamera, SiteFacts
from farola.oversight.site_page import camera_page, front_page

_CAMERA_ID = re.compile(r"[a-z0-9-]{1,64}")


def site(facts: SiteFacts) -> dict[str, bytes]:
    """Names, relative to the site's root, and contents.

    Raises `Error(INVALID_INPUT)` for a camera whose id is no file name.
    """
    for camera in facts.cameras:
        if not _CAMERA_ID.fullmatch(camera.id):
            raise Error(Kind.INVALID_INPUT, "a camera's id is no file name", camera=camera.id)
    made = {
        "index.html": front_page(facts, "es").encode(),
        "en.html": front_page(facts, "en").encode(),
        "site.css": (files("farola.oversight") / "site.css").read_bytes(),
        "cameras.json": _json({"cameras": [asdict(each) for each in facts.cameras]}),
        "cameras.csv": _csv(
            [asdict(each) for each in facts.cameras],
            list(PublicCamera.__dataclass_fields__),
        ),
        "numbers.json": _json({"months": [_month(each) for each in facts.months]}),
        "numbers.csv": _csv(
            [_flat(each) for each in facts.months],
            list(_flat(facts.months[0])) if facts.months else [],
        ),
    }
    for camera in facts.cameras:
        made[f"camera/{camera.id}.html"] = camera_page(facts, camera).encode()
    return made


def _month(month: Month) -> dict[str, object]:
    """A count that is too small to be told, or that waits for the month's end, is null."""
    told = {name: getattr(month, name) for name in Month.__dataclass_fields__}
    return {**told, "reasons": dict(month.reasons)}


def _flat(month: Month) -> dict[str, object]:
    told = _month(month)
    del told["reasons"]
    flat = {name: "<5" if value is None else value for name, value in told.items()}
    if month.availability is None:
        flat["availability"] = ""
    if not month.finished:
        flat["access_requests"] = ""
    for reason in Reason:
        count = month.reasons.get(reason.value, "")
        flat[f"reason_{reason.value}"] = "<5" if count is None else count
    return flat


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _csv(rows: Sequence[dict[str, object]], columns: Sequence[str]) -> bytes:
    """RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])
    return out.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return "" if value is None else value
