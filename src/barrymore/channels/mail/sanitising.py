"""Foreign HTML made harmless: an allow-list, no styles, no remote pictures until somebody asks."""

import html
import re
from collections import Counter

import nh3

LONGEST_HTML = 1_000_000
DEEPEST_HTML = 500
MOST_ENTITIES = 100_000
TAGS = {
    *"a abbr b blockquote br caption cite code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr".split(),
    *"i img ins kbd li ol p pre q s samp small span strong sub sup table tbody td tfoot th thead".split(),
    *"tr u ul var center font".split(),
}
GONE_WITH_CONTENT = {
    *"script style title head iframe object embed applet noscript noembed noframes template".split(),
    *"svg math form select textarea button audio video canvas xmp plaintext".split(),
}
ATTRIBUTES = {
    "*": {"dir", "lang", "title", "align", "valign"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "width"},
    "th": {"colspan", "rowspan", "width"},
    "ol": {"start"},
}
SCHEMES = {"http", "https", "mailto", "tel", "cid"}
# A scheme that no browser loads, until the attribute itself is renamed.
BLOCKED = "x-blocked:"
LINE_ENDS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote|hr|/table|/dt|/dd)\b[^>]*>", re.I)
NESTING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
CLOSED_BY_THEMSELVES = set("br img hr col meta link input wbr area base p li td tr th dt dd option".split())
ANY_TAG = re.compile(r"<[^<>]*>")


def sanitised(text: str) -> str:
    """HTML that may stand in a page: no script, style, form or drawing; remote pictures as
    `data-blocked-src`; links open elsewhere and tell nobody where they came from."""
    if len(text) > LONGEST_HTML or _is_costly(text):
        return ""
    clean = _clean(text)
    return clean.replace(f' src="{BLOCKED}', ' data-blocked-src="')


def _clean(text: str) -> str:
    return nh3.clean(
        text,
        tags=TAGS,
        clean_content_tags=GONE_WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name not in {"src", "href"}:
        return value
    scheme = value.strip().partition(":")[0].lower()
    if name == "href":
        return value if scheme in SCHEMES - {"cid"} else None
    if scheme == "cid":
        return value
    return f"{BLOCKED}{value.strip()}" if scheme in {"http", "https"} else None


def _is_costly(text: str) -> bool:
    """Whether open tags may be nested deeper than DEEPEST_HTML, or entities abound; in one pass."""
    if text.count("&") > MOST_ENTITIES:
        return True
    open_tags: Counter[str] = Counter()
    level = 0
    for match in NESTING.finditer(text):
        tag = match[2].lower()
        if tag in CLOSED_BY_THEMSELVES or (match[1] and not open_tags[tag]):
            continue
        step = -1 if match[1] else 1
        open_tags[tag] += step
        level += step
        if level > DEEPEST_HTML:
            return True
    return False


def plain_text(text: str) -> str:
    """The words of an HTML text with its lines, for search, reading aloud and language."""
    lines = LINE_ENDS.sub(lambda match: match[0] + "\n", text[:LONGEST_HTML])
    if _is_costly(lines):
        # The real parser needs quadratic time for such a text.
        bare = ANY_TAG.sub("", lines)
    else:
        bare = nh3.clean(lines, tags=set(), clean_content_tags=GONE_WITH_CONTENT)
    words = html.unescape(bare).replace("\xa0", " ")
    return re.sub(r"\n[ \t\n]*\n", "\n\n", re.sub(r"[ \t]+", " ", words)).strip()
