"""The pages of the public site, in Spanish and in English."""

from collections.abc import Callable, Sequence
from html import escape

from farola.oversight.numbers import Month, PublicCount
from farola.oversight.site_facts import PublicCamera, SiteFacts
from farola.oversight.site_map import map_svg
from farola.oversight.site_words import SITE_WORDS

_NUMBERS: tuple[tuple[str, Callable[[Month], PublicCount]], ...] = (
    ("cameras", lambda month: month.cameras),
    ("events", lambda month: month.events),
    ("incidents", lambda month: month.incidents),
    ("looks", lambda month: month.looks),
    ("originals", lambda month: month.originals),
    ("requests", lambda month: month.requests),
    ("granted", lambda month: month.granted),
    ("refused", lambda month: month.refused),
    ("glass", lambda month: month.glass),
    ("exports", lambda month: month.exports),
    ("holds", lambda month: month.holds),
    ("access", lambda month: month.access_requests),
    ("shredded", lambda month: month.shredded_hours),
)


def front_page(facts: SiteFacts, language: str) -> str:
    """`language` is `es` or `en`."""
    words = SITE_WORDS[language]
    title = words["title"].format(town=facts.town)
    other = '<a href="en.html" lang="en">English</a>'
    if language == "en":
        other = '<a href="index.html" lang="es">Español</a>'
    body = f"""\
<header><span class="muted">{_t(facts.town)}</span>
<span class="languages">{other}</span></header>
<main>
<h1>{_t(title)}</h1>
<p class="lead">{_t(words["lead"])}</p>
<div class="promises">
<section class="card"><h3>{_t(words["does"])}</h3><ul>{_items(words["does_list"])}</ul></section>
<section class="card"><h3>{_t(words["never"])}</h3><ul>{_items(words["never_list"])}</ul></section>
</div>
<h2 id="cameras">{_t(words["cameras_title"])}</h2>
{_map(facts, words)}
<ul class="cameras">{"".join(_camera(each, words) for each in facts.cameras)}</ul>
<h2 id="numbers">{_t(words["numbers_title"])}</h2>
<p>{_t(words["numbers_text"])}</p>
{_table(facts.months, words)}
{_reasons(facts.months, words)}
<h2 id="ledger">{_t(words["ledger_title"])}</h2>
<p>{_t(words["ledger_text"])}</p>
<pre>{_t(facts.checkpoint) or _t(words["no_checkpoint"])}</pre>
<p>{_t(words["key"])} <code>{_t(facts.verifier)}</code></p>
{_witnesses(facts, words)}
<p>{_t(words["check"])}</p>
<pre>python3 verify_ledger.py tiles {_t(words["address"])}/ledger --key '{_t(facts.verifier)}'</pre>
<p><a href="ledger/verify_ledger.py">verify_ledger.py</a> ·
<a href="ledger/checkpoint">checkpoint</a></p>
<h2 id="rights">{_t(words["rights_title"])}</h2>
<p>{_t(words["rights_text"].format(hours=facts.retention_hours))}</p>
{_office(facts, words)}
<h2 id="data">{_t(words["data_title"])}</h2>
<p><a href="cameras.csv">cameras.csv</a> · <a href="cameras.json">cameras.json</a> ·
<a href="numbers.csv">numbers.csv</a> · <a href="numbers.json">numbers.json</a></p>
<p class="muted">{_t(words["made"].format(on=facts.made_on))}</p>
</main>"""
    return _page(title, language, "site.css", body)


def camera_page(facts: SiteFacts, camera: PublicCamera) -> str:
    """A camera's own page, to which the QR code of its notice leads; both languages on one page."""
    parts = []
    for language in ("es", "en"):
        words = SITE_WORDS[language]
        notice = ""
        if camera.has_notice:
            notice = (
                f'<p><a href="{camera.id}.svg">{_t(words["notice"])} (SVG)</a> · '
                f'<a href="{camera.id}.pdf">PDF</a></p>'
            )
        parts.append(
            f'<section lang="{language}"><h2>{_t(words["camera_title"])}</h2>'
            f"{_facts(camera, words)}{notice}"
            f"<p>{_t(words['rights_text'].format(hours=camera.retention_hours))}</p>"
            f"{_office(facts, words)}</section>"
        )
    back = f'<p><a href="../index.html">{_t(facts.town)}</a></p>'
    body = f"<main>{back}<h1>{_t(camera.place)}</h1>{''.join(parts)}</main>"
    return _page(camera.place, "es", "../site.css", body)


def _page(title: str, language: str, style: str, body: str) -> str:
    return f"""\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_t(title)}</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
{body}
</body>
</html>
"""


def _map(facts: SiteFacts, words: dict[str, str]) -> str:
    """On a phone the drawing is wider than the screen, so that its labels stay legible."""
    drawn = map_svg(facts.cameras, words["map"])
    if not drawn:
        return ""
    label = _t(words["map"])
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{drawn}</div>'


def _camera(camera: PublicCamera, words: dict[str, str]) -> str:
    return (
        f'<li class="card"><h3><a href="camera/{camera.id}.html">{_t(camera.place)}</a></h3>'
        f"{_facts(camera, words)}</li>"
    )


def _facts(camera: PublicCamera, words: dict[str, str]) -> str:
    told = [
        (words["purpose"], camera.purpose),
        (words["basis"], camera.legal_basis),
        (words["office"], camera.office),
        (words["contact"], camera.contact),
        (words["kept"], words["hours"].format(hours=camera.retention_hours)),
        (words["state"], words["on"] if camera.enabled else words["off"]),
    ]
    return _list([(name, text) for name, text in told if text])


def _office(facts: SiteFacts, words: dict[str, str]) -> str:
    told = [
        (words["office"], facts.office),
        (words["contact"], facts.contact),
        (words["postal"], facts.address),
    ]
    return _list([(name, text) for name, text in told if text])


def _list(told: Sequence[tuple[str, str]]) -> str:
    lines = "".join(f"<dt>{_t(name)}</dt><dd>{_t(text)}</dd>" for name, text in told)
    return f"<dl>{lines}</dl>" if told else ""


def _table(months: Sequence[Month], words: dict[str, str]) -> str:
    heads = "".join(f'<th scope="col">{_t(words[f"n_{name}"])}</th>' for name, _ in _NUMBERS)
    rows = []
    for month in months:
        unfinished = "" if month.finished else f" ({_t(words['unfinished'])})"
        share = "–" if month.availability is None else f"{month.availability / 10:.1f} %"
        cells = "".join(
            f"<td>{_count(value(month)) if month.finished or name != 'access' else '–'}</td>"
            for name, value in _NUMBERS
        )
        rows.append(
            f'<tr><th scope="row">{month.month}{unfinished}</th><td>{share}</td>{cells}</tr>'
        )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_t(words["numbers_title"])}">'
        f'<table><thead><tr><th scope="col">{_t(words["month"])}</th>'
        f'<th scope="col">{_t(words["availability"])}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _reasons(months: Sequence[Month], words: dict[str, str]) -> str:
    """Why originals were asked for in the newest month that is over and in which any were."""
    told = next((each for each in months if each.finished and each.requests != 0), None)
    if told is None:
        return ""
    lines = [
        (words[f"reason_{name}"], _count(value))
        for name, value in told.reasons.items()
        if value != 0
    ]
    listed = "".join(f"<dt>{_t(name)}</dt><dd>{value}</dd>" for name, value in lines)
    return f"<h3>{_t(words['reasons'].format(month=told.month))}</h3><dl>{listed}</dl>"


def _witnesses(facts: SiteFacts, words: dict[str, str]) -> str:
    if not facts.witnesses:
        return f"<p>{_t(words['no_witness'])}</p>"
    lines = "".join(
        f"<li><strong>{_t(each.name)}</strong>: "
        f"{_t(words['witnessed'].format(size=each.size))}<br><code>{_t(each.key)}</code></li>"
        for each in facts.witnesses
    )
    return f"<p>{_t(words['witnesses'])}</p><ul>{lines}</ul>"


def _items(text: str) -> str:
    return "".join(f"<li>{_t(each)}</li>" for each in text.splitlines())


def _count(value: PublicCount) -> str:
    return "&lt;5" if value is None else f"{value}"


def _t(text: str) -> str:
    return escape(text)
