"""The reference page of all settings, written from the classes so that it cannot drift.

`python -m farola.config.reference > docs/reference/configuration.md` renews the page; a test
compares the two.
"""

import json
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from farola.config.sections import Section
from farola.config.settings import CONFIG_VARIABLE, ENV_PREFIX, Settings

_HEAD = f"""# Configuration

One TOML file, named on the command line (`--config`) or in `{CONFIG_VARIABLE}`; without one the
defaults below hold. Every setting can also come from the environment, which wins over the file:
`{ENV_PREFIX}<SECTION>_<KEY>`, for instance `{ENV_PREFIX}SERVER_PORT=8700`. A key that does not
exist is refused at start with the file, the section and the key, so a misspelt setting is never
ignored. Written by `python -m farola.config.reference`.
"""


def _value(value: object) -> str:
    if isinstance(value, bool | int | float | str):
        return json.dumps(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(str(item)) for item in value) + "]"
    if isinstance(value, Path):
        return json.dumps(str(value))
    raise TypeError(f"no TOML form for {type(value).__name__}")


def _type(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(annotation))
    if origin is tuple:
        return _array(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return " or ".join(_type(part) for part in get_args(annotation) if part is not type(None))
    if origin is not None:
        return _type(get_args(annotation)[0])
    names = {
        float: "number",
        str: "string",
        int: "integer",
        bool: "boolean",
        Path: "path",
        date: "date",
        SecretStr: "secret",
    }
    return names[annotation]


def _array(item: Any) -> str:
    strings = get_origin(item) is Annotated and get_args(item)[0] is str
    return "array of strings" if strings else "array of networks"


def _limits(field: FieldInfo) -> str:
    least = next((str(m.ge) for m in field.metadata if isinstance(m, Ge)), "")
    most = next((str(m.le) for m in field.metadata if isinstance(m, Le)), "")
    return f", {least} to {most}" if least and most else f", at least {least}" if least else ""


def example() -> str:
    """A `farola.toml` that states every default; unset settings stand as comments."""
    lines: list[str] = []
    for name, section in _sections():
        lines += ["", f"[{name}]"]
        for key, field in section.model_fields.items():
            default = field.get_default(call_default_factory=True)
            lines.append(f"# {key} =" if default is None else f"{key} = {_value(default)}")
    return "\n".join(lines[1:]) + "\n"


def reference() -> str:
    """docs/reference/configuration.md, whole."""
    parts = [_HEAD, "## Example with every default\n", f"```toml\n{example()}```\n"]
    for name, section in _sections():
        parts.append(f"## [{name}]\n\n{(section.__doc__ or '').strip()}\n")
        parts.append("| key | type | default | meaning |\n|---|---|---|---|")
        for key, field in section.model_fields.items():
            default = field.get_default(call_default_factory=True)
            shown = "unset" if default is None else f"`{_value(default)}`"
            kind = _type(field.annotation) + _limits(field)
            parts.append(f"| `{key}` | {kind} | {shown} | {field.description} |")
        parts.append("")
    return "\n".join(parts)


def _sections() -> list[tuple[str, type[Section]]]:
    found = []
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            found.append((name, section))
    return found


if __name__ == "__main__":
    print(reference(), end="")
