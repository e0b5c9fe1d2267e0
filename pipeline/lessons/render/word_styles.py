"""The looks of a Word file with Thai text: fonts and sizes for complex script too, language, margins, lists.

Word takes font, size, bold and language of Thai letters from the complex-script side of each property (w:cs, w:szCs, w:bCs, w:lang w:bidi), so
every style states both sides. TH Sarabun New is the font of Thai offices; the font table names what to take where it is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm

FONT = "TH Sarabun New"
# Word tries the alternative names in turn; the rest of an entry lets it pick a font of that kind. Widespread fonts with Thai, in the
# order of likeness.
_ALTERNATIVES = "TH SarabunPSK,Sarabun,Leelawadee UI,Noto Sans Thai,Thonburi,Tahoma"
DARK, GREY, PALE, LINE = "1F4E5F", "5A6B72", "EAF2F4", "B8C7CC"
WIDTH = 9354  # twentieths of a point between the margins of an A4 page
_LANGUAGES = {"th": "th-TH", "en": "en-GB"}


@dataclass(frozen=True, slots=True)
class Look:
    """How a style looks. Sizes in half points, distances in twentieths of a point."""

    name: str
    size: int = 32
    bold: bool = False
    italic: bool = False
    colour: str = ""
    before: int = 0
    after: int = 120
    left: int = 0
    hanging: int = 0
    keep_with_next: bool = False
    based_on: str = "Normal"
    character: bool = False
    raised: bool = False
    outline: int = -1


_LOOKS = (
    Look("Normal"),
    Look("Title", 48, True, colour=DARK, after=60, keep_with_next=True),
    Look("Subtitle", 28, colour=GREY, after=80, keep_with_next=True),
    Look("Heading 1", 40, True, colour=DARK, before=320, after=100, keep_with_next=True, outline=0),
    Look("Heading 2", 34, True, colour=DARK, before=240, after=80, keep_with_next=True, outline=1),
    Look("TOC Heading", 36, True, colour=DARK, before=240, after=80, keep_with_next=True, outline=9),
    Look("toc 1", 32, after=20),
    Look("toc 2", 30, after=20, left=400),
    Look("List Bullet", 32, after=80),
    Look("List", 28, after=20, left=260, hanging=260),
    Look("Quote", 28, after=20),
    Look("Intense Quote", 30, after=120, left=340, colour=GREY),
    Look("Caption", 28, True, colour=GREY, before=120, after=80, keep_with_next=True),
    Look("Body Text", 26, after=0),
    Look("Header", 26, colour=GREY, after=0),
    Look("Footer", 26, colour=GREY, after=0),
    Look("footnote text", 24, after=0, left=200, hanging=200),
    Look("footnote reference", 0, character=True, raised=True, based_on=""),
    Look("Strong", 0, True, character=True, based_on=""),
    Look("Subtle Reference", 0, character=True, colour=GREY, based_on=""),
    Look("Hyperlink", 0, character=True, colour=DARK, based_on=""),
)
_KEPT = {"Default Paragraph Font", "Normal Table", "No List", "Table Grid", *(look.name.lower() for look in _LOOKS)}


def set_up(document: Document, language: str) -> None:
    """Gives the document its styles, page, fonts and language."""
    _defaults(document)
    _only_used(document)
    for look in _LOOKS:
        _apply(document, look)
    _fonts(document)
    _settings(document, language)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.5), Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2)
    section.header_distance, section.footer_distance = Cm(1.1), Cm(1)


def _defaults(document: Document) -> None:
    """What holds where no style says otherwise."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    new = parse_xml(
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>"
        f'<w:rFonts w:ascii="{FONT}" w:eastAsia="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>'
        '<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="en-US" w:bidi="th-TH"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
        '<w:spacing w:after="120" w:line="240" w:lineRule="auto"/>'
        "</w:pPr></w:pPrDefault></w:docDefaults>"
    )
    document.styles.element.replace(defaults, new)


def _only_used(document: Document) -> None:
    """Takes away the styles of the template that nothing here uses: 90 of them, in fonts without Thai."""
    for style in list(document.styles):
        if style.element.find(qn("w:name")).get(qn("w:val")).lower() not in {name.lower() for name in _KEPT}:
            style.element.getparent().remove(style.element)


def _apply(document: Document, look: Look) -> None:
    """Makes a style, or makes it anew."""
    element = _style_element(document, look)
    for child in ("w:rPr", "w:pPr", "w:link", "w:semiHidden"):
        for old in element.findall(qn(child)):
            element.remove(old)
    if not look.character:
        element.append(_paragraph_side(look))
    element.append(_character_side(look))


def _style_element(document: Document, look: Look) -> Any:
    """The element of a style, new where the template lacks it."""
    for style in document.styles:
        if style.element.find(qn("w:name")).get(qn("w:val")).lower() == look.name.lower():
            return style.element
    kind = WD_STYLE_TYPE.CHARACTER if look.character else WD_STYLE_TYPE.PARAGRAPH
    style = document.styles.add_style(look.name, kind, builtin=True)
    if look.based_on:
        style.base_style = document.styles[look.based_on]
    style.element.styleId = look.name.title().replace(" ", "").replace("Toc", "TOC")
    return style.element


def _paragraph_side(look: Look) -> Any:
    """The properties of paragraphs, in the order that the schema asks for."""
    side = OxmlElement("w:pPr")
    if look.keep_with_next:
        side.append(OxmlElement("w:keepNext"))
        side.append(OxmlElement("w:keepLines"))
    if look.name == "List Bullet":
        side.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="1"/></w:numPr>'))
    if look.name == "Intense Quote":
        side.append(
            parse_xml(
                f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="18" w:space="8" w:color="{LINE}"/></w:pBdr>'
            )
        )
    side.append(parse_xml(f'<w:spacing {nsdecls("w")} w:before="{look.before}" w:after="{look.after}"/>'))
    if look.name == "List Bullet":
        side.append(parse_xml(f'<w:ind {nsdecls("w")} w:left="360" w:hanging="360"/>'))
    elif look.left:
        side.append(parse_xml(f'<w:ind {nsdecls("w")} w:left="{look.left}" w:hanging="{look.hanging}"/>'))
    if look.outline >= 0:
        side.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{look.outline}"/>'))
    return side


def _character_side(look: Look) -> Any:
    """The properties of letters, each for both scripts, in the order that the schema asks for."""
    parts = []
    if not look.character:
        parts.append(f'<w:rFonts w:ascii="{FONT}" w:eastAsia="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>')
    if look.bold:
        parts.append("<w:b/><w:bCs/>")
    if look.italic:
        parts.append("<w:i/><w:iCs/>")
    if look.colour:
        parts.append(f'<w:color w:val="{look.colour}"/>')
    if look.size:
        parts.append(f'<w:sz w:val="{look.size}"/><w:szCs w:val="{look.size}"/>')
    if look.raised:
        parts.append('<w:vertAlign w:val="superscript"/>')
    return parse_xml(f"<w:rPr {nsdecls('w')}>{''.join(parts)}</w:rPr>")


def _part_named(document: Document, ending: str) -> Any:
    """The part of the package whose name ends so."""
    return next(part for part in document.part.package.iter_parts() if str(part.partname).endswith(ending))


def _fonts(document: Document) -> None:
    """The font table: the font, and what to take in its place."""
    table = (
        f"<w:fonts {nsdecls('w')}>"
        f'<w:font w:name="{FONT}"><w:altName w:val="{_ALTERNATIVES}"/><w:panose1 w:val="020B0500040200020003"/>'
        '<w:charset w:val="DE"/><w:family w:val="swiss"/><w:pitch w:val="variable"/>'
        '<w:sig w:usb0="A100006F" w:usb1="5000205A" w:usb2="00000000" w:usb3="00000000" w:csb0="00010183" w:csb1="00000000"/>'
        "</w:font>"
        '<w:font w:name="Symbol"><w:charset w:val="02"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>'
        "</w:fonts>"
    )
    header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    _part_named(document, "/fontTable.xml")._blob = (header + table).encode("utf-8")


def _settings(document: Document, language: str) -> None:
    """Language, the mode of today's Word, and the two separators that Word asks for where there are footnotes."""
    settings = document.settings.element
    compat = settings.find(qn("w:compat"))
    notes = '<w:footnote w:id="-1"/><w:footnote w:id="0"/>'
    compat.addprevious(parse_xml(f"<w:footnotePr {nsdecls('w')}>{notes}</w:footnotePr>"))
    for old in compat.findall(qn("w:useFELayout")):  # for Chinese, Japanese and Korean
        compat.remove(old)
    for setting in compat.findall(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    theme = settings.find(qn("w:themeFontLang"))
    theme.attrib.clear()
    theme.set(qn("w:val"), _LANGUAGES.get(language, "en-GB") if language == "en" else "en-US")
    theme.set(qn("w:bidi"), "th-TH")
    for name in ("w:proofState", "w:savePreviewPicture", "w:rsids"):
        for old in settings.findall(qn(name)):
            settings.remove(old)
