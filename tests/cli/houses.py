"""A small house in a folder of its own, and its commands run as a person would run them."""

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

FOUND = """
import django
django.setup()
from barrymore.channels.mail.account import keep_secret
from barrymore.channels.models import Mailbox
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Attachment, Message
from barrymore.handling import services as handling
from barrymore.handling.contact import Contact
from barrymore.journal.moment import now
from barrymore.organisation.models import Company
from barrymore.routing.models import Queue
Company.objects.create(pk=1, name="Old Mill", timezone="Europe/Vilnius")
Queue.objects.create(name="Guests", is_default=True)
keep_secret(Mailbox.objects.create(address="desk@mill.example", is_active=False), "letter-opener")
for number in range(3):
    received = handling.receive(Contact(channel="mail", external_id=str(number), address_kind="email",
        address=f"lee{number}@guests.example", name="Lee", at=now(), subject="Bath", text="Cold."))
    message = Message.objects.filter(conversation=received.conversation_ref).first()
    stored = store_file("bath.bin", bytes(range(256)) * 40 * (number + 1))
    Attachment.objects.create(message=message, **stored)
from django.db import connections
connections.close_all()
"""


def environment(var: Path, **more: str) -> dict[str, str]:
    """Nothing of ours but the folder."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("BARRYMORE_")}
    ours = {
        "BARRYMORE_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "barrymore.config.settings",
        "PYTHONPATH": "src:.",
    }
    return {**clean, **ours, **more}


def barrymore(var: Path, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [sys.executable, "-m", "barrymore", *map(str, words)]
    return subprocess.run(command, env=environment(var, **more), capture_output=True, text=True)


def python(var: Path, text: str, *words: object, **more: str) -> str:
    """Run some lines inside a house; what they print."""
    command = [sys.executable, "-c", text, *map(str, words)]
    return subprocess.run(
        command, env=environment(var, **more), stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def found(var: Path, **more: str) -> None:
    """A company with a mailbox and three conversations with a file each."""
    assert barrymore(var, "manage", "migrate", "-v0", **more).returncode == 0
    python(var, FOUND, **more)


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The line of --json."""
    line: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return line


def members(archive: Path) -> dict[str, bytes]:
    """What an archive holds, in its order."""
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def packed(target: Path, content: dict[str, bytes], *, proved: bool = True) -> Path:
    """An archive with this content; `proved` writes digests that fit it into the manifest."""
    from hashlib import sha256

    if proved:
        manifest = json.loads(content.pop("manifest.json"))
        manifest["files"] = {
            name: {"size": len(data), "sha256": sha256(data).hexdigest()} for name, data in content.items()
        }
        content["manifest.json"] = json.dumps(manifest).encode()
    with gzip.open(target, "wb", 1) as raw, tarfile.open(fileobj=raw, mode="w") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return target


def everything_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for what SQLite lays beside an open database."""
    kept = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}
