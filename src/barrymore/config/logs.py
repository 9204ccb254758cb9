"""What is logged and how: lines for people, or one JSON object a line for machines."""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

REQUESTS = "barrymore.request"
EXTRA = ("method", "view", "status", "ms", "staff")
LONGEST = 2000
# What must never stand in a log, wherever a message comes from.
SECRETS = [
    (re.compile(r"[^\s<>\"'(\[=]+@[\w-]+(?:\.[\w-]+)+"), "<address>"),
    (re.compile(r"\?\S+"), "?<query>"),
    (re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}"), "<token>"),
    (re.compile(r"\+?\d[\d ()-]{6,}\d"), "<number>"),
]

request_id: ContextVar[str] = ContextVar("request_id", default="")


def logging_of(environment: Mapping[str, str]) -> dict[str, Any]:
    """The settings of logging, in lines for people or as JSON; only JSON tells every request."""
    level = environment.get("BARRYMORE_LOG", "WARNING")
    form = environment.get("BARRYMORE_LOG_FORMAT", "line")
    told = "INFO" if form == "json" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": "barrymore.config.logs.JsonLine"},
        },
        "filters": {"pathless": {"()": "barrymore.config.logs.Pathless"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if form == "json" else "line",
                "filters": ["pathless"],
            }
        },
        # A refused request has its line already.
        "loggers": {
            REQUESTS: {"level": told},
            "django.request": {"level": "ERROR" if form == "json" else level},
        },
        "root": {"handlers": ["console"], "level": level},
    }


def view_of(request: Any) -> str:
    """The name of the view that answers, never the path: paths hold tokens of surveys and chats."""
    match = getattr(request, "resolver_match", None)
    return str(match.view_name) if match else "unmatched"


class Pathless(logging.Filter):
    """Django names the path of a refused request; we name its view."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, without its path."""
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            paths = {path, request.get_full_path()} if request else set()
            record.args = tuple(view_of(request) if arg in paths else arg for arg in record.args)
        return True


class JsonLine(logging.Formatter):
    """One record as one line: no text of customers, no names, no addresses, no tokens."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
        }
        if name := request_id.get():
            line["request_id"] = name
        line |= {key: value for key in EXTRA if (value := getattr(record, key, None)) is not None}
        if record.exc_info and record.exc_info[1]:
            line["exception"] = _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def scrubbed(text: str) -> str:
    """The text without addresses, queries, tokens and telephone numbers, cut where it is endless."""
    text = text[:LONGEST]
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def _told(error: BaseException) -> dict[str, Any]:
    """Kind and places of an error; its words may quote a customer (a database names the value it refuses)."""
    frames = traceback.extract_tb(error.__traceback__)
    kinds = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(kinds) < 5:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return {"kinds": kinds, "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]}
