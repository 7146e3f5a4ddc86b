"""What a stream knows from and tells by RTCP (RFC 3550, 6)."""

from struct import Struct

from farola.base import Error, Kind
from farola.rtsp.depacketiser import Depacketiser
from farola.rtsp.rtcp import Report, SenderReport, ntp_to_us, parse_rtcp, receiver_report
from farola.rtsp.rtp import unwrap

_FRAMING = Struct(">BBH")


class Reception:
    """Keeps the last sender report and makes receiver reports."""

    def __init__(self, depacketiser: Depacketiser, *, own_ssrc: int) -> None:
        self._depacketiser = depacketiser
        self._own_ssrc = own_ssrc
        self._sender_report: SenderReport | None = None
        self._early: tuple[Report, int] | None = None  # came before the first packet
        self._last_ntp = 0
        self._last_arrival_us = 0
        self._reported = (0, 0)  # packets received and lost at the last report

    @property
    def sender_report(self) -> SenderReport | None:
        if self._early is not None and self._depacketiser.ssrc >= 0:
            report, arrival_us = self._early
            self._early = None
            self._take(report, arrival_us)
        return self._sender_report

    def on_rtcp(self, view: memoryview, start: int, end: int, arrival_us: int) -> None:
        """Raises Error(CLOSED_BY_CAMERA) on a BYE of the stream's source."""
        source = self._depacketiser.ssrc
        reports, goodbyes = parse_rtcp(view, start, end)
        for report in reports:
            if source < 0:
                self._early = (report, arrival_us)
            else:
                self._early = None
                self._take(report, arrival_us)
        if source >= 0 and source in goodbyes:
            self._depacketiser.flush()
            raise Error(Kind.CLOSED_BY_CAMERA, "the camera ended the stream")

    def _take(self, report: Report, arrival_us: int) -> None:
        if report.ssrc != self._depacketiser.ssrc:
            return
        self._last_ntp, self._last_arrival_us = report.ntp, arrival_us
        ntp_us = ntp_to_us(report.ntp, arrival_us)
        if ntp_us is not None:
            ticks = unwrap(report.stamp, self._depacketiser.ticks)
            self._sender_report = SenderReport(ntp_us, ticks, arrival_us)

    def report(self, channel: int, now_us: int) -> bytes:
        """An interleaved receiver report; nothing before the first packet."""
        sequence = self._depacketiser.sequence
        if sequence.received == 0:
            return b""
        received, lost = self._reported
        self._reported = (sequence.received, sequence.lost)
        newly_lost = sequence.lost - lost
        expected = sequence.received - received + newly_lost
        delay_us = max(0, now_us - self._last_arrival_us) if self._last_ntp else 0
        packet = receiver_report(
            self._own_ssrc,
            self._depacketiser.ssrc,
            fraction=min(255, newly_lost * 256 // expected) if expected else 0,
            lost=sequence.lost,
            highest=sequence.highest,
            last_report=self._last_ntp >> 16 & 0xFFFFFFFF,
            delay=delay_us * 65_536 // 1_000_000,
        )
        return _FRAMING.pack(0x24, channel, len(packet)) + packet
