"""What looks at the cameras as metric families: pictures by outcome, covers, the detector."""

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from farola.api.services import LookedAt, Vision

OUTCOMES = ("done", "shed", "failed", "late")
STATES = ("covered", "whole", "withheld", "noticing", "idle", "off")


class VisionCollector(Collector):
    """Labelled by the camera's id alone."""

    def __init__(self, vision: Vision) -> None:
        self._vision = vision

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        report = self._vision.report()
        pictures = CounterMetricFamily(
            "farola_camera_detections", "Pictures by outcome", labels=("camera", "outcome")
        )
        covers = GaugeMetricFamily(
            "farola_camera_cover", "1 for how the camera is shown now", labels=("camera", "state")
        )
        for each in report.cameras:
            for outcome, count in _counts(each):
                pictures.add_metric((each.camera_id, outcome), count)
            for state in STATES:
                covers.add_metric((each.camera_id, state), int(each.state == state))
        yield pictures
        yield covers
        for name, text, value in (
            ("farola_detector_up", "1 while the detector answers", float(report.fault is None)),
            ("farola_detector_rate", "Pictures looked at in a second", report.per_second),
            ("farola_detector_shed_rate", "Pictures left out", report.shed_per_second),
            ("farola_detector_seconds", "From asked to answered", report.queue_ms / 1e3),
        ):
            yield GaugeMetricFamily(name, text, value=value)


def _counts(each: LookedAt) -> Iterable[tuple[str, int]]:
    return zip(OUTCOMES, (each.done, each.shed, each.failed, each.late), strict=True)
