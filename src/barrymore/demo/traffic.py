"""Live demo traffic: guests write and answer surveys, colleagues answer; by SMTP, IMAP and REST only."""

import argparse
import json
import random
import re
import smtplib
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formataddr, make_msgid
from pathlib import Path
from typing import Any

import httpx
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from barrymore.demo.scripts import ANSWERS, told_in

SURVEY_LINK = re.compile(r"https?://\S+/s/[\w-]+/")
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
GUEST_PAUSE = (8.0, 20.0)
AGENT_PAUSE = (3.0, 7.0)
MAIL_PAUSE = 5.0
READERS = 12


@dataclass
class Traffic:
    """One loop over guests and colleagues; every step is small, and a failing one is tried again later."""

    demo: dict[str, Any]
    seed: random.Random
    due: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Go on until the process is ended."""
        acts = {"guest": (self.guest_writes, GUEST_PAUSE), "agent": (self.agent_acts, AGENT_PAUSE)}
        while True:
            for name, (act, pause) in acts.items():
                self._when_due(name, act, self.seed.uniform(*pause))
            self._when_due("mail", self.guests_read, MAIL_PAUSE)
            time.sleep(0.5)

    def _when_due(self, name: str, act: Any, pause: float) -> None:
        if time.monotonic() < self.due.get(name, 0):
            return
        self.due[name] = time.monotonic() + pause
        try:
            act()
        except (OSError, httpx.HTTPError, smtplib.SMTPException, IMAPClientError) as error:
            # The product is being restarted, or has not come up yet.
            print(f"traffic: {name}: {error}", flush=True)

    def guest_writes(self) -> None:
        """One guest sends a mail to one of the hotels."""
        guest = self.seed.choice(self.demo["mail"]["customers"])
        address = guest["address"]
        story = told_in(guest["language"], guest["room"], self.seed, guest["name"])
        mail = EmailMessage()
        mail["From"] = formataddr((story.name, address))
        mail["To"] = self.demo["mail"]["desk_address"]
        mail["Subject"] = story.subject
        mail["Message-ID"] = make_msgid(domain="guests.example")
        mail.set_content(story.text)
        self._send(mail)

    def _send(self, mail: EmailMessage) -> None:
        host, port = self.demo["mail"]["smtp"].split(":")
        with smtplib.SMTP(host, int(port), timeout=10) as smtp:
            smtp.send_message(mail)

    def guests_read(self) -> None:
        """Some guests look into their mail; about every second invitation is answered."""
        host, port = self.demo["mail"]["imap"].split(":")
        for account in self.seed.sample(self.demo["mail"]["customers"], READERS):
            with IMAPClient(host, int(port), ssl=False, timeout=10) as imap:
                imap.login(account["address"], account["password"])
                imap.select_folder("INBOX")
                for uid in imap.search(["UNSEEN"]):
                    content = imap.fetch([uid], ["BODY[]"])[uid][b"BODY[]"]
                    self._read(content)

    def _read(self, content: bytes) -> None:
        mail = message_from_bytes(content, policy=policy.default)
        body = mail.get_body(("plain",))
        links = SURVEY_LINK.findall(body.get_content()) if body else []
        if links and self.seed.random() < 0.55:
            self._answer_survey(links[0])

    def _answer_survey(self, link: str) -> None:
        with httpx.Client(timeout=10) as browser:
            page = browser.get(link)
            token = FORM_TOKEN.search(page.text)
            if page.status_code != 200 or token is None:
                return
            form = {
                "csrfmiddlewaretoken": token.group(1),
                "smile": self.seed.choices(["great", "good", "meh", "bad"], [50, 32, 12, 6])[0],
                "need": self.seed.choice(["yes", "yes", "partly"]),
            }
            browser.post(link, data=form, headers={"Referer": link})

    def agent_acts(self) -> None:
        """One colleague is present, takes a guest's mail of this traffic, answers or closes it."""
        token = self.seed.choice(list(self.demo["agent_tokens"].values()))
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=self.demo["url"] + "/api/v1", headers=headers, timeout=10) as api:
            api.put("/me/presence", json={"state": "available"})
            mine = api.get("/conversations", params={"mine": True}).json().get("items", [])
            answered = [row for row in mine if row["state"] == "waiting" or row["answered"]]
            if answered and self.seed.random() < 0.6:
                api.post(f"/conversations/{self.seed.choice(answered)['id']}/close", json={})
            elif mine:
                self._answer(api, mine[0])
            else:
                self._take(api)

    def _answer(self, api: httpx.Client, row: dict[str, Any]) -> None:
        text = ANSWERS.get(row.get("language") or "en", ANSWERS["en"])
        api.post(f"/conversations/{row['id']}/replies", json={"text": text, "expects_reply": False})

    def _take(self, api: httpx.Client) -> None:
        """Take what this traffic's own guests have written; a visitor's mail waits for the visitor."""
        own = {account["address"] for account in self.demo["mail"]["customers"]}
        for row in api.get("/conversations").json().get("items", []):
            if row["owner"] is None and row["from"] in own and row["state"] == "open":
                api.post(f"/conversations/{row['id']}/take", json={})
                return


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", type=Path, required=True, help="the demo.json that `make run` wrote")
    options = parser.parse_args()
    Traffic(json.loads(options.demo.read_text()), random.Random()).run()  # noqa: S311


if __name__ == "__main__":
    main()
