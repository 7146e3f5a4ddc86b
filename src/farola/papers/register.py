"""The register of processing that Disposición DNPDP 10/2015 asks for, from what is configured."""

from collections.abc import Sequence

from reportlab.platypus import Flowable, KeepTogether

from farola.papers import pages
from farola.papers.facts import CameraFacts, Town

_ABOUT = (
    "Registro de cámaras de videovigilancia (Disposición DNPDP 10/2015; Ley 25.326), hecho "
    "el {on} a partir de la configuración vigente. Las imágenes se graban cifradas en "
    "equipos propios, se muestran con las personas tapadas y se destruyen al vencer su "
    "plazo; no se graba sonido, no se reconocen caras ni patentes. El original lo ve solo "
    "quien lo pide con un motivo y a quien otra persona se lo autoriza; todo queda en un "
    "registro que cualquiera puede comprobar."
)


def register_pdf(town: Town, cameras: Sequence[CameraFacts], made_on: str) -> bytes:
    """One section a camera; the same bytes for the same facts."""
    story: list[Flowable] = [
        pages.title("Registro de tratamiento"),
        pages.head(town.name),
        pages.prose(_ABOUT.format(on=made_on)),
        *pages.facts([*responsible(town), ("Cámaras", str(len(cameras)))]),
    ]
    for camera in cameras:
        story.append(KeepTogether([pages.head(camera.place), *pages.facts(_of_camera(camera))]))
    return pages.pdf(story, f"Registro de tratamiento - {town.name}")


def responsible(town: Town) -> list[tuple[str, str]]:
    """Whom people turn to."""
    return [
        ("Responsable", town.office),
        ("Contacto", town.contact),
        ("Domicilio", town.address),
    ]


def _of_camera(camera: CameraFacts) -> list[tuple[str, str]]:
    return [
        ("Identificación", camera.id),
        ("Finalidad", camera.purpose),
        ("Base legal", camera.legal_basis),
        ("Oficina", camera.office),
        ("Contacto", camera.contact),
        ("Evaluación de impacto", camera.assessment),
        ("Conservación", f"{camera.retention_hours} horas"),
        ("Detalle necesario", "" if camera.density is None else f"{camera.density} px/m"),
        ("Qué se advierte", ", ".join(camera.rules) or "nada"),
        ("Partes siempre tapadas", str(camera.private_zones)),
        ("Alta", camera.created_on),
        ("Documentación", camera.approved_on or "sin aprobar: no se ve en vivo"),
        ("Estado", "en funcionamiento" if camera.enabled else "apagada"),
    ]
