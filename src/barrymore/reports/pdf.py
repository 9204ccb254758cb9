"""A summary as PDF: A4, the house's own letters, every sentence with its grade, pages numbered."""

import io
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import KeepTogether, SimpleDocTemplate, Spacer
from reportlab.platypus import Paragraph as Text

from barrymore.reports.summary import Paragraph, Summary

FONTS = Path(__file__).parents[1] / "ui" / "static" / "ui" / "fonts"
INK, QUIET = HexColor("#1c1a16"), HexColor("#5d584d")
MARGIN = 22 * mm
PADDING = 6  # points that the frame of the text keeps free on each side


@cache
def _styles() -> dict[str, ParagraphStyle]:
    for name, file in (("Text", "SourceSans3_400Regular.ttf"), ("Strong", "SourceSans3_600SemiBold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))

    def style(name: str, font: str, size: float, space: float = 0, **more: Any) -> ParagraphStyle:
        told = {"fontName": font, "fontSize": size, "leading": size * 1.4, "textColor": INK, **more}
        return ParagraphStyle(name, spaceBefore=space, **told)

    return {
        "title": style("title", "Strong", 20),
        "when": style("when", "Text", 11, textColor=QUIET),
        "part": style("part", "Strong", 13, 18),
        "name": style("name", "Strong", 10.5, 10),
        "said": style("said", "Text", 10.5),
        "note": style("note", "Text", 9, textColor=QUIET),
    }


def pdf_of(summary: Summary) -> bytes:
    """The file. Everything that was typed by people is text in it and never markup."""
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"{summary.title}: {summary.days}",
        author="Barrymore",
    )
    document.build(_story(summary), onFirstPage=_foot(summary), onLaterPages=_foot(summary))
    return made.getvalue()


def _story(summary: Summary) -> list[Any]:
    styles = _styles()
    story: list[Any] = [
        Text(escape(summary.title), styles["title"]),
        Spacer(1, 2 * mm),
        Text(escape(summary.days), styles["when"]),
    ]
    for title, figures in ((_("Contacts"), summary.contacts), (_("Quality at the points"), summary.points)):
        if figures:
            first, *rest = [_figure(one) for one in figures]
            story += [KeepTogether([Text(escape(title), styles["part"]), *first]), *map(KeepTogether, rest)]
    return story


def _figure(told: Paragraph) -> list[Any]:
    styles = _styles()
    head = f"{told.name} · {_('Grade {grade}').format(grade=told.grade)}"
    return [
        Text(escape(head), styles["name"]),
        Text(escape(told.sentence), styles["said"]),
        *(Text(escape(note), styles["note"]) for note in told.notes),
    ]


def _foot(summary: Summary) -> Any:
    made = localtime(summary.made_at)
    when = _("Made on {day} at {time}").format(
        day=date_format(made, "DATE_FORMAT"), time=date_format(made, "TIME_FORMAT")
    )

    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Text", 8)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN + PADDING, MARGIN / 2, when)
        canvas.drawRightString(A4[0] - MARGIN - PADDING, MARGIN / 2, str(document.page))
        canvas.restoreState()

    return draw
