"""What the demonstration's town watches for, drawn for the street that its cameras show."""

from farola.base import new_id
from farola.catalog import Catalog
from farola.model import Condition, Label, Rule, Schedule, Zone, ZoneKind

_EVERY_DAY = tuple(range(7))

# Points are fractions of the camera's picture.
_WINDOWS = Zone(
    id="",
    camera_id="",
    name="Ventanas del edificio",
    kind=ZoneKind.PRIVATE,
    points=((0.43, 0.05), (0.66, 0.05), (0.66, 0.125), (0.43, 0.125)),
)
_ROAD = Zone(
    id="",
    camera_id="",
    name="Calzada",
    kind=ZoneKind.AREA,
    points=((0.0, 0.31), (0.52, 0.34), (0.86, 0.2), (0.99, 0.5), (0.99, 0.8), (0.45, 0.55)),
    width_m=28.0,
)
_LAWN = Zone(
    id="",
    camera_id="",
    name="Césped",
    kind=ZoneKind.AREA,
    points=((0.0, 0.44), (0.3, 0.5), (0.68, 0.8), (0.8, 1.0), (0.0, 1.0)),
)
_LINE = Zone(
    id="",
    camera_id="",
    name="Paso del cruce",
    kind=ZoneKind.LINE,
    points=((0.35, 0.05), (0.35, 0.75)),
)


def put_situations(catalog: Catalog, cameras: dict[str, str]) -> None:
    """Zones and rules for the demo's cameras (name to id); those that have zones keep theirs."""
    plaza, crossing = cameras.get("Plaza"), cameras.get("Cruce")
    with catalog.batch():
        if plaza and not catalog.zones.zones(plaza):
            _put_zone(catalog, plaza, _WINDOWS)
            road = _put_zone(catalog, plaza, _ROAD)
            lawn = _put_zone(catalog, plaza, _LAWN)
            people = frozenset({Label.PERSON})
            for rule in (
                _rule(plaza, lawn, "Persona en el césped", people, Condition.ENTERS),
                _rule(plaza, road, "Tres o más en la calzada", people, Condition.COUNT, count=3),
                _rule(
                    plaza,
                    road,
                    "Persona detenida en la calzada de noche",
                    people,
                    Condition.STAYS,
                    seconds=20,
                    schedule=Schedule(_EVERY_DAY, 22 * 60, 6 * 60),
                ),
            ):
                catalog.zones.save_rule(rule)
        if crossing and not catalog.zones.zones(crossing):
            line = _put_zone(catalog, crossing, _LINE)
            catalog.zones.save_rule(
                _rule(
                    crossing, line, "Cruza la línea", frozenset({Label.PERSON}), Condition.CROSSES
                )
            )


def _put_zone(catalog: Catalog, camera_id: str, drawn: Zone) -> str:
    zone = Zone(
        id=new_id("zon"),
        camera_id=camera_id,
        name=drawn.name,
        kind=drawn.kind,
        points=drawn.points,
        width_m=drawn.width_m,
    )
    catalog.zones.save_zone(zone)
    return zone.id


def _rule(
    camera_id: str,
    zone_id: str,
    name: str,
    labels: frozenset[Label],
    condition: Condition,
    *,
    seconds: int = 0,
    count: int = 1,
    schedule: Schedule | None = None,
) -> Rule:
    return Rule(
        id=new_id("rul"),
        camera_id=camera_id,
        zone_id=zone_id,
        name=name,
        labels=labels,
        condition=condition,
        seconds=seconds,
        count=count,
        schedule=schedule,
        hold_s=2,
        cool_down_s=5,
    )
