"""The manual of operations and privacy that Disposición DNPDP 10/2015 asks for.

Its sections are those that the provision names: how pictures are taken, where and when, for how
long they are kept, how they are kept safe and confidential, and how people's rights are met.
"""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from farola.model import STANDARD, RetentionClass
from farola.papers import pages
from farola.papers.facts import CameraFacts, ManualFacts, Town
from farola.papers.register import responsible

_ABOUT = (
    "Manual de tratamiento de datos y privacidad (Disposición DNPDP 10/2015; Ley 25.326), hecho el "
    "{on} a partir de la configuración vigente: lo que aquí se lee es lo que el sistema hace hoy."
)
_TAKEN = (
    "Cámaras fijas, señalizadas con un aviso en el lugar, toman imágenes de la vía pública. No se "
    "graba sonido. Las imágenes se cifran al llegar y se guardan en equipos de la municipalidad.",
    "El sistema advierte situaciones (alguien en la calzada, un vehículo detenido). No reconoce "
    "caras ni patentes, no sigue personas entre cámaras, no clasifica ni puntúa a nadie.",
    "Quien mira ve personas y patentes tapadas, en vivo y en lo grabado. Hay partes de la imagen "
    "que están tapadas siempre, también en el original.",
)
_ORIGINALS = (
    "El original se pide con un motivo de una lista cerrada, un texto y un expediente. Lo decide "
    "otra persona, con el rol que lo permite y una nueva prueba de identidad. Vale para esa "
    "persona, "
    "esas cámaras y ese lapso; puede retirarse en cualquier momento y la imagen se cierra en un "
    "segundo. El original lleva en pantalla el nombre de quien lo mira."
)
_NO_GLASS = "No está habilitado ver originales sin una segunda persona, tampoco en una emergencia."
_GLASS = (
    "En una emergencia puede verse el original de inmediato por {minutes} minutos: se anuncia a "
    "todos, y si nadie lo revisa en {hours} horas la cuenta queda suspendida."
)
_SAFE = (
    "Claves de tres niveles: cada hora de grabación tiene la suya. Al vencer el plazo se "
    "destruye la "
    "clave y nadie puede volver a leer esa hora. La clave raíz está fuera de la base de datos.",
    "Cada ingreso, cambio, mirada, pedido, decisión, exportación, reserva y destrucción se escribe "
    "antes de que ocurra en un registro que solo crece y que cualquiera puede comprobar desde la "
    "página pública.",
)
_RIGHTS = (
    "Toda persona puede pedir acceso a las imágenes en que aparece, gratis, a intervalos de seis "
    "meses o antes si acredita interés legítimo (art. 14 de la Ley 25.326): se responde en "
    "diez días "
    "corridos. Rectificación, actualización y supresión (art. 16): en cinco días hábiles. "
    "Quien pide "
    "indica día, hora aproximada y lugar; las otras personas se le muestran tapadas. Como las "
    "grabaciones se destruyen pronto, quien recibe el pedido reserva de inmediato el lapso.",
    "Ante una respuesta insatisfactoria puede acudirse a la Agencia de Acceso a la Información "
    "Pública (art. 29), autoridad de control de la Ley 25.326.",
)


def manual_pdf(
    town: Town, facts: ManualFacts, cameras: Sequence[CameraFacts], made_on: str
) -> bytes:
    """In Spanish; the same bytes for the same facts."""
    story: list[Flowable] = [
        pages.title("Manual de operación y privacidad"),
        pages.head(town.name),
        pages.prose(_ABOUT.format(on=made_on)),
        *pages.facts(responsible(town)),
        *_section("1. Cómo se toman las imágenes", _TAKEN),
        *_section(
            "2. Lugares, fechas y horarios",
            ["Las cámaras graban de modo continuo, todos los días, salvo las apagadas."],
        ),
        *pages.facts([(each.place, _place(each)) for each in cameras]),
        *_section(
            "3. Plazo de conservación",
            [
                "Vencido el plazo, la grabación se destruye sola. Un lapso puede reservarse con "
                f"motivo por {facts.longest_hold_days} días como máximo; hoy hay {facts.held} "
                "reservas."
            ],
        ),
        *pages.facts([_class(each) for each in facts.classes]),
        *_section("4. Seguridad y confidencialidad", _SAFE),
        *pages.facts(_safety(facts)),
        *_section("5. Quiénes tienen acceso", ["Cuentas personales por función:"]),
        *pages.facts(
            [
                *((name, str(count)) for name, count in facts.roles),
                ("Grupos de cámaras", str(facts.groups)),
            ]
        ),
        *_section("6. El original", [_ORIGINALS, _glass(facts)]),
        *pages.facts(
            [
                ("Autorización", f"{facts.longest_grant_minutes} minutos como máximo"),
                ("Lapso grabado", f"{facts.longest_span_hours} horas como máximo"),
                ("En vivo", f"{facts.longest_live_minutes} minutos como máximo"),
                ("Pedido sin decidir", f"caduca a las {facts.request_hours} horas"),
            ]
        ),
        *_section("7. Derechos de las personas", _RIGHTS),
        *pages.facts(responsible(town)),
    ]
    return pages.pdf(story, f"Manual de operación y privacidad - {town.name}")


def _section(name: str, texts: Sequence[str]) -> list[Flowable]:
    return [pages.head(name), *(pages.prose(text) for text in texts)]


def _place(camera: CameraFacts) -> str:
    when = f"desde el {camera.created_on}" if camera.enabled else "apagada"
    noticed = ", ".join(camera.rules) or "nada"
    return (
        f"{camera.purpose} ({camera.office}). {camera.retention_hours} horas; {when}. "
        f"Se advierte: {noticed}."
    )


def _class(each: RetentionClass) -> tuple[str, str]:
    name = "Todas las demás" if each.name == STANDARD else each.name
    until = f", hasta el {each.until:%d/%m/%Y}" if each.until else ""
    why = f": {each.justification}" if each.justification else ""
    return name, f"{each.hours} horas{until}{why}"


def _safety(facts: ManualFacts) -> list[tuple[str, str]]:
    second = "llave de acceso o código de un solo uso" if facts.second_factor else "no se exige"
    return [
        ("Segundo factor", second),
        ("Sesión", f"{facts.session_hours} horas como máximo"),
        ("Actos sensibles", f"nueva prueba de identidad cada {facts.proof_minutes} minutos"),
        ("Registro", f"{facts.origin}, sellado cada {facts.checkpoint_seconds} segundos"),
        ("Testigos externos", ", ".join(facts.witnesses) or "ninguno configurado"),
    ]


def _glass(facts: ManualFacts) -> str:
    if facts.glass_minutes is None or facts.review_hours is None:
        return _NO_GLASS
    return _GLASS.format(minutes=facts.glass_minutes, hours=facts.review_hours)
