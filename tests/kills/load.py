"""The load: mails, contacts, answers, each written down before it is sent and once acknowledged."""

import contextlib
import json
import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.kills.house import House
from tests.mailserver.dovecot import Dovecot

DESK = "desk@mill.example"


class History:
    """Operations with their results, each line on disk before the load goes on (D1)."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a")
        self.lock = threading.Lock()
        self.operations: dict[str, dict[str, Any]] = {}

    def write(self, op: str, kind: str, key: str, result: str, **more: Any) -> None:
        """One line."""
        line = {"op": op, "kind": kind, "key": key, "result": result, "at": time.time(), **more}
        with self.lock:
            self.operations[op] = line
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())

    def of(self, kind: str, result: str = "") -> list[dict[str, Any]]:
        """Operations of a kind, with one result or all."""
        with self.lock:
            return [
                op for op in self.operations.values() if op["kind"] == kind and result in ("", op["result"])
            ]


@dataclass
class Load:
    """Threads that go on until told to stop; a lost connection is tried again with the same key."""

    house: House
    dovecot: Dovecot
    history: History
    stop: threading.Event = field(default_factory=threading.Event)
    in_flight: int = 0
    conversations: list[int] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Five mails, ten contacts and ten answers a second, a chat every four, somebody who is there."""
        acts = [(self.mail, 0.2), *[(self.contact, 0.33), (self.answer, 0.33)] * 3]
        # No faster: a visitor's address may begin twenty chats a minute.
        acts += [(self.chat, 4.0), (self.presence, 1.0)]
        for act, pause in acts:
            thread = threading.Thread(target=self._loop, args=(act, pause), daemon=True)
            thread.start()
            self.threads.append(thread)

    def finish(self) -> None:
        """Stop; what is begun is brought to its end."""
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=60)

    def _loop(self, act: Callable[[], None], pause: float) -> None:
        while not self.stop.is_set():
            act()
            self.stop.wait(pause)

    def mail(self) -> None:
        """A guest's mail reaches the mail server, which is not killed."""
        key = uuid.uuid4().hex
        text = (
            f"From: Guest <{key}@guests.example>\r\nTo: {DESK}\r\nSubject: {key}\r\n"
            f"Message-ID: <{key}@guests.example>\r\n\r\nNo hot water.\r\n"
        )
        self.history.write(key, "mail", key, "begun")
        self.dovecot.deliver(DESK, text.encode())
        self.history.write(key, "mail", key, "ok")

    def contact(self) -> None:
        """A contact by REST."""
        key = uuid.uuid4().hex
        body = {
            "channel": "mail",
            "external_id": key,
            "from": {"email": f"{key}@guests.example"},
            "subject": key,
            "body": "Hello",
            "language": "en",
        }
        answer = self._until_acknowledged("contact", key, "/contacts", body)
        if answer:
            self.conversations.append(answer["conversation_id"])

    def chat(self) -> None:
        """A visitor of the web site begins and writes; the words carry an id of their own."""
        key = uuid.uuid4().hex
        token = ""
        self.history.write(key, "chat", key, "begun")
        while True:
            try:
                self.in_flight += 1
                with httpx.Client(
                    base_url=f"http://127.0.0.1:{self.house.port}/chat/old-mill", timeout=15
                ) as web:
                    token = token or web.post("/begin/", json={}).raise_for_status().json()["token"]
                    bearer = {"Authorization": f"Bearer {token}"}
                    web.post("/say/", json={"id": "1", "text": key}, headers=bearer).raise_for_status()
                return self.history.write(key, "chat", key, "ok")
            except httpx.HTTPError:
                self.history.write(key, "chat", key, "unknown")
            finally:
                self.in_flight -= 1
            if self.stop.is_set() and not self._alive():
                return None
            time.sleep(0.2)

    def presence(self) -> None:
        """Dora is there, so that work is offered to her."""
        with contextlib.suppress(httpx.HTTPError), self.house.client() as api:
            api.put("/me/presence", json={"state": "available"})

    def answer(self) -> None:
        """An answer to a conversation."""
        if not self.conversations:
            return
        key = uuid.uuid4().hex
        ref = self.conversations.pop(0)
        self._until_acknowledged("answer", key, f"/conversations/{ref}/replies", {"text": f"Done. {key}"})

    def _until_acknowledged(
        self, kind: str, key: str, path: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        self.history.write(key, kind, key, "begun")
        while True:
            try:
                self.in_flight += 1
                with self.house.client() as api:
                    answer = api.post(path, json=body, headers={"Idempotency-Key": key})
                if answer.status_code == 200:
                    self.history.write(key, kind, key, "ok")
                    return dict(answer.json())
                if answer.status_code < 500 and answer.status_code != 429:
                    self.history.write(key, kind, key, "fail", status=answer.status_code)
                    return None
            except httpx.HTTPError:
                self.history.write(key, kind, key, "unknown")
            finally:
                self.in_flight -= 1
            if self.stop.is_set() and not self._alive():
                return None
            time.sleep(0.1)

    def _alive(self) -> bool:
        return self.house.process is not None and self.house.process.poll() is None
