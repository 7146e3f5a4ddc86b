"""What a town owes the public in writing: a camera's notice, the register, the manual."""

from farola.papers.code import code_svg
from farola.papers.facts import CameraFacts, ManualFacts, Town
from farola.papers.manual import manual_pdf
from farola.papers.notice_pdf import notice_pdf
from farola.papers.notice_svg import notice_svg
from farola.papers.register import register_pdf

__all__ = [
    "CameraFacts",
    "ManualFacts",
    "Town",
    "code_svg",
    "manual_pdf",
    "notice_pdf",
    "notice_svg",
    "register_pdf",
]
