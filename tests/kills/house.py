"""A served product that can be killed and started again, beside a mail server that cannot."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.mailserver.dovecot import PASSWORD
from tests.ports import free_port

SET_UP = """
import sys, django
django.setup()
from barrymore.channels.chat.models import Widget
from barrymore.channels.chat.services import give_keys
from barrymore.channels.mail.account import keep_secret
from barrymore.channels.models import Mailbox
from barrymore.feedback.models import Survey
from barrymore.organisation.models import Company, Role, Staff
from barrymore.organisation.services import issue_token
from barrymore.routing.models import Queue
from barrymore.sla.calendars import set_hours
from barrymore.sla.models import Calendar, Policy
imap, smtp = int(sys.argv[1]), int(sys.argv[2])
Company.objects.create(pk=1, name="Old Mill", timezone="Europe/Vilnius")
queue = Queue.objects.create(name="Guests", is_default=True)
staff = Staff.objects.create_user("dora@mill.example", None, name="Dora", role=Role.ADMINISTRATOR)
Staff.objects.update(capacity=5000)
queue.members.add(staff)
give_keys(Widget(name="Site", queue=queue, key="old-mill")).save()
calendar = Calendar.objects.create(name="Always", timezone="Europe/Vilnius")
set_hours(None, calendar, [(day, 0, 1440) for day in range(7)], [])
Policy.objects.create(name="All", calendar=calendar, first_response_minutes=1, resolution_minutes=2)
Survey.objects.create(name="After", probability=0.0)
box = Mailbox.objects.create(
    address="desk@mill.example", name="Old Mill", imap_host="127.0.0.1", imap_port=imap,
    imap_security="plain",
    imap_user="desk@mill.example", smtp_host="127.0.0.1", smtp_port=smtp, smtp_security="plain",
)
keep_secret(box, sys.argv[3])
scopes = ["contacts.write", "conversations.read", "conversations.answer", "presence.set"]
print(issue_token(staff, "load", scopes))
"""


@dataclass
class House:
    """The product under test."""

    var: Path
    smtp_port: int
    imap_port: int
    fault: str = ""
    process: subprocess.Popen[bytes] | None = None
    port: int = 0
    token: str = ""
    started_in: float = 0.0

    @property
    def environment(self) -> dict[str, str]:
        """What the product is started with."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("BARRYMORE_")},
            "BARRYMORE_VAR": str(self.var),
            "BARRYMORE_LOG": "ERROR",
            "DJANGO_SETTINGS_MODULE": "barrymore.config.settings",
            "PYTHONPATH": "src:.",
        }

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.var / "barrymore.sqlite3"

    def set_up(self) -> None:
        """Make the company, its mailbox and a token."""
        run = {"env": self.environment, "check": True, "stdout": subprocess.PIPE}
        subprocess.run([sys.executable, "-m", "barrymore", "manage", "migrate", "-v0"], **run)  # type: ignore[call-overload]
        ports = [str(self.imap_port), str(self.smtp_port), PASSWORD]
        made = subprocess.run([sys.executable, "-c", SET_UP, *ports], **run)  # type: ignore[call-overload]
        self.token = made.stdout.decode().split()[-1]
        self.port = free_port()

    def start(self, patience: float = 60.0) -> None:
        """Serve, and wait until a request is answered."""
        began = time.monotonic()
        module = ["tests.kills.faulty", self.fault] if self.fault else ["barrymore"]
        command = [sys.executable, "-m", *module, "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() - began > patience:
                raise RuntimeError("the product does not start")
            time.sleep(0.02)
        self.started_in = time.monotonic() - began

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.process
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it kindly."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def client(self) -> httpx.Client:
        """An API client with the token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", headers=headers, timeout=15)
