"""What is too much for one mail, found in linear time before the parser sees it."""

import re

LARGEST_MAIL = 64 * 1024 * 1024
LARGEST_DECODED = 40 * 1024 * 1024
LARGEST_HEADERS = 512 * 1024
LONGEST_PART_HEADER = 8 * 1024
LONGEST_HEADER = 16 * 1024
MOST_PARTS = 1000
DEEPEST = 50
MOST_MULTIPARTS = 300
MOST_LINE_CHECKS = 15_000_000
MOST_CONTINUATIONS = 200

HEADERS_END = re.compile(rb"\r?\n\r?\n")
PART_HEADER = re.compile(rb"^content-(?:type|disposition)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.M | re.I)
CONTINUATION = re.compile(rb"\*\d+\*?[ \t]*=")
MULTIPART = re.compile(rb"multipart/|message/rfc822", re.I)


class TooComplex(Exception):
    """The mail is a bomb or a wreck; it is kept in quarantine and nothing of it is run."""


def check(data: bytes) -> None:
    """Raise TooComplex for what would cost more than about two seconds."""
    if len(data) > LARGEST_MAIL:
        raise TooComplex(f"{len(data)} bytes")
    end = HEADERS_END.search(data, 0, LARGEST_HEADERS + 4)
    if end is None and len(data) > LARGEST_HEADERS:
        raise TooComplex(f"more than {LARGEST_HEADERS} bytes of headers")
    _check_parts(data)


def _check_parts(data: bytes) -> None:
    multiparts = 0
    for parts, match in enumerate(PART_HEADER.finditer(data), start=1):
        multiparts += bool(MULTIPART.search(match[0]))
        if parts > 2 * MOST_PARTS:
            raise TooComplex(f"more than {MOST_PARTS} parts")
        if len(match[0]) > LONGEST_PART_HEADER:
            raise TooComplex(f"a part header of {len(match[0])} bytes")
        if len(CONTINUATION.findall(match[0])) > MOST_CONTINUATIONS:
            raise TooComplex("a file name in too many pieces")
    # Each open multipart is asked at each line whether the line is its border.
    if multiparts > MOST_MULTIPARTS or multiparts * data.count(b"\n") > MOST_LINE_CHECKS:
        raise TooComplex(f"{multiparts} multiparts")
