"""What the ledger tells of conduct, and what of it is for everybody."""

from farola.oversight.conduct import CameraConduct, Conduct, PersonConduct, conduct
from farola.oversight.numbers import CameraMonth, Month, PublicCount, months, suppressed
from farola.oversight.report import ReportFacts, report_pdf
from farola.oversight.site import site
from farola.oversight.site_facts import PublicCamera, SiteFacts, WitnessFacts
from farola.oversight.unusual import Finding, FindingKind, unusual

__all__ = [
    "CameraConduct",
    "CameraMonth",
    "Conduct",
    "Finding",
    "FindingKind",
    "Month",
    "PersonConduct",
    "PublicCamera",
    "PublicCount",
    "ReportFacts",
    "SiteFacts",
    "WitnessFacts",
    "conduct",
    "months",
    "report_pdf",
    "site",
    "suppressed",
    "unusual",
]
