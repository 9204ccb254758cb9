"""A crawler like a baseline scanner: it follows every link and form of the house and weighs every answer.

The passive rules are those of the usual baseline scans (headers, cookies, forms, leaks); the active
ones put hostile words into every field and every parameter that the crawl has found.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

MOST_OF_A_VIEW = 4
OURS = "http://testserver"
LEAKS = re.compile(
    rb"Traceback \(most recent|django\.db\.utils|OperationalError|sqlite3\.|psycopg\.|/site-packages/|"
    rb"-----BEGIN [A-Z ]*PRIVATE KEY|SECRET_KEY"
)
MARK = "bmx7"
HOSTILE = [
    f"<script>{MARK}</script>",
    f'"><img src=x onerror={MARK}>',
    f"'><svg/onload={MARK}>",
    f"javascript:{MARK}//",
    "{{7*191}}{% debug %}${7*191}",
    "' OR '1'='1' --",
    "1;SELECT pg_sleep(5)--",
    "../../../../etc/passwd",
    f"x\r\nX-Injected: {MARK}",
    "//evil.example/",
    "\x00",
    "\u202e\u200b.htaccess",
    "9" * 400,
]
ALONE = [HOSTILE[1], "\x00", "9" * 400, "-1"]
RAW = re.compile(
    rf"<script>{MARK}|<img src=x onerror={MARK}|<svg/onload={MARK}|"
    rf"(?:href|src|action)=[\"']?javascript:{MARK}"
)


@dataclass
class Form:
    """A form as it stands in a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """The links, forms and dangerous habits of one page."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.faults: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag leads to and what it must not be."""
        told = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "action", "hx-get"):
            if (to := told.get(name)) is not None and tag != "form":
                self._link(tag, to, told)
        self.faults += [f"handler {name} in <{tag}>" for name in told if name.startswith("on")]
        if tag == "style" or "style" in told:
            self.faults.append(f"inline style in <{tag}>")
        if tag == "script" and "src" not in told and told.get("type") != "application/json":
            self.faults.append("inline script")
        if tag == "form":
            self._form = Form(
                urljoin(self.address, told.get("action", "")), told.get("method", "get").upper()
            )
            self.forms.append(self._form)
        elif self._form is not None:
            self._input(tag, told)

    def _link(self, tag: str, to: str, told: dict[str, str]) -> None:
        parts = urlsplit(urljoin(OURS + self.address, to))
        if parts.scheme in {"http", "https"} and f"{parts.scheme}://{parts.netloc}" == OURS:
            self.links.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        elif tag in {"script", "link", "img", "iframe"} and parts.scheme != "data":
            self.faults.append(f"<{tag}> from elsewhere: {to[:80]}")
        elif told.get("target") == "_blank" and "noopener" not in told.get("rel", ""):
            self.faults.append(f"opens a window that can reach back: {to[:80]}")

    def _input(self, tag: str, told: dict[str, str]) -> None:
        form, name = self._form, told.get("name", "")
        assert form is not None
        if tag == "select" and name:
            self._select = name
            form.fields.setdefault(name, "")
        elif tag == "option" and self._select and (told.get("value") or "selected" in told):
            if not form.fields[self._select] or "selected" in told:
                form.fields[self._select] = told.get("value", "")
        elif tag in {"input", "textarea", "button"} and name:
            if told.get("type") == "file":
                form.files.add(name)
            elif (
                told.get("type") not in {"radio", "checkbox"} or "checked" in told or name not in form.fields
            ):
                form.fields[name] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """A form or a choice ends."""
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""


@dataclass
class Crawl:
    """What was seen and what was wrong with it."""

    client: Client
    seen: set[str] = field(default_factory=set)
    views: Counter[str] = field(default_factory=Counter)
    forms: dict[tuple[str, tuple[str, ...]], Form] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    asked: int = 0

    def walk(self, *starts: str) -> None:
        """Follow every link, a few instances of each view."""
        waiting = deque(starts)
        while waiting:
            address = waiting.popleft()
            if address in self.seen or not self._is_new(address):
                continue
            self.seen.add(address)
            page = self.open(address)
            if page is not None:
                waiting.extend(page.links)
                for form in page.forms:
                    self.forms.setdefault((_view(form.action), tuple(sorted(form.fields))), form)

    def _is_new(self, address: str) -> bool:
        view = _view(address)
        if not view or view.startswith("account_logout"):
            return False
        query = sorted(name for name, _value in parse_qsl(urlsplit(address).query))
        self.views[f"{view}?{query}"] += 1
        return self.views[f"{view}?{query}"] <= MOST_OF_A_VIEW

    def open(self, address: str) -> Page | None:
        """Ask for a page and weigh the answer; None where it is no page."""
        answer = self._ask("GET", address, {})
        if (
            not str(answer.headers.get("Content-Type", "")).startswith("text/html")
            or answer.status_code == 302
        ):
            return None
        page = Page(urlsplit(address).path, _body(answer).decode())
        as_sent = "sandbox" in answer.headers["Content-Security-Policy"]
        if not as_sent:
            self.faults += [f"{address}: {fault}" for fault in page.faults]
        for form in page.forms:
            if form.method == "POST" and not form.fields.keys() & {"csrfmiddlewaretoken", "ticket"}:
                self.faults.append(f"{address}: a form to {form.action} without its token")
        return page

    def attack(self) -> None:
        """Put every hostile word into every form and into every parameter of every link.

        Into all fields at once, and those that break a check before others are looked at, one by one.
        """
        for form in list(self.forms.values()):
            names = [name for name in form.fields if name != "csrfmiddlewaretoken"]
            for word in HOSTILE:
                self._ask(
                    form.method, form.action, {**form.fields, **dict.fromkeys(names, word)}, told=f"{word!r}"
                )
            for name in [*names, "unheard_of"]:
                for word in ALONE:
                    self._ask(form.method, form.action, {**form.fields, name: word}, told=f"{name}={word!r}")
        for address in list(self.seen):
            parts = urlsplit(address)
            known = dict(parse_qsl(parts.query))
            for name in known:
                for word in HOSTILE:
                    self._ask("GET", f"{parts.path}?{urlencode({**known, name: word})}", {})

    def _ask(self, method: str, address: str, data: dict[str, str], told: str = "") -> Any:
        self.asked += 1
        kept = self.client.cookies.copy()
        with transaction.atomic():
            if method == "POST":
                answer = self.client.post(address, data)
            else:
                answer = self.client.get(address, data or None)
            transaction.set_rollback(True)
        # Whoever signs out by the way is in again: with the transaction goes all that the call has done.
        self.client.cookies = kept
        self.faults += [f"{method} {address} {told}: {fault}" for fault in _weighed(answer)]
        return answer


def _view(address: str) -> str:
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return ""
    return found.view_name or found._func_path


def _body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def _weighed(answer: Any) -> Iterator[str]:
    """What is wrong with an answer, by the passive rules."""
    head = answer.headers
    if answer.status_code >= 500:
        yield f"fails with {answer.status_code}"
    if MARK in head.get("X-Injected", ""):
        yield "a header was injected"
    if answer.status_code in {301, 302} and urlsplit(head["Location"]).netloc not in {"", "testserver"}:
        yield f"leads away to {head['Location']}"
    if head.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    yield from _policy(head.get("Content-Security-Policy", ""))
    for name in ("Server", "X-Powered-By"):
        if name in head:
            yield f"tells its {name}"
    for cookie in answer.cookies.values():
        is_taken_away = cookie["max-age"] == 0
        if is_taken_away:
            continue
        if not cookie["samesite"] or (cookie.key == "sessionid" and not cookie["httponly"]):
            yield f"cookie {cookie.key} is not guarded"
    kept = re.search(r"no-store|max-age=[1-9]", head.get("Cache-Control", ""))
    if answer.wsgi_request.COOKIES.get("sessionid") and not kept:
        yield "may be kept by the browser"
    if answer.streaming:
        return
    body = bytes(answer.content)
    if found := LEAKS.search(body):
        yield f"leaks {found.group()!r}"
    if head.get("Content-Type", "").startswith("text/html"):
        if "charset" not in head["Content-Type"]:
            yield "names no charset"
        if raw := RAW.search(body.decode("utf-8", "replace")):
            yield f"gives back {raw.group()!r} as it came"
        if b"1337" in body and b"{{7*191}}" not in body:
            yield "may have run a template"


def _policy(policy: str) -> Iterator[str]:
    rules = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
    if "default-src" not in rules:
        yield "has no content policy"
        return
    scripts = rules.get("script-src", rules["default-src"])
    if {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"} & set(scripts):
        yield f"lets scripts in: {scripts}"
    for name in ("object-src", "base-uri", "frame-ancestors", "form-action"):
        if name not in rules and rules["default-src"] != ["'none'"]:
            yield f"has no {name}"
