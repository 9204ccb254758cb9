"""SIPp as a caller and as a person's SIP telephone: one process each, one scenario each."""

import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.telephony.asterisk import CALLERS, PHONES

WAIT_SECONDS = 40.0
SDP = """v=0
o=user1 53655765 2353687637 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000"""
VIA = "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]"


def send(text: str, sdp: bool = False, retrans: bool = False) -> str:
    body = "Content-Type: application/sdp\nContent-Length: [len]\n\n" + SDP if sdp else "Content-Length: 0\n"
    resend = ' retrans="500"' if retrans else ""
    return f"<send{resend}><![CDATA[\n\n{text}\n{body}\n]]></send>\n"


def scenario(*parts: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="t">\n' + "".join(parts) + "</scenario>\n"


def playing(sound: Path | None) -> str:
    """Speak: raw PCMU, again and again, beside whatever else is done; a busy machine connects late."""
    if sound is None:
        return ""
    return f'<nop><action><exec rtp_stream="{sound},-1,0,PCMU/8000"/></action></nop>\n'


def caller_scenario(stays: float, from_header: str, extra: str, sound: Path | None = None) -> str:
    """Call, listen or speak, and hang up after some seconds, unless the other side does before."""
    head = f"From: {from_header};tag=[call_number]c[pid]\n"
    contact = "Contact: <sip:c@[local_ip]:[local_port]>\nMax-Forwards: 70\n"
    invite = (
        "INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n" + VIA + "\n" + head
        + "To: <sip:[service]@[remote_ip]>\nCall-ID: [call_id]\nCSeq: 1 INVITE\n" + contact + extra
    )  # fmt: skip
    within = "[next_url] SIP/2.0\n" + VIA + "\n" + head + "To: <sip:[service]@[remote_ip]>[peer_tag_param]\n"
    return scenario(
        send(invite.rstrip("\n"), sdp=True, retrans=True),
        '<recv response="100" optional="true"/><recv response="180" optional="true"/>',
        '<recv response="200" rrs="true"/>\n',
        send("ACK " + within + f"Call-ID: [call_id]\nCSeq: 1 ACK\n{contact}".rstrip("\n")),
        playing(sound),
        f'<recv request="BYE" timeout="{int(stays * 1000)}" ontimeout="bye"/>\n',
        send("SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]").replace(
            "<send", '<send next="end"'
        ),
        '<label id="bye"/>\n',
        send("BYE " + within + f"Call-ID: [call_id]\nCSeq: 2 BYE\n{contact}".rstrip("\n"), retrans=True),
        '<recv response="200"/>\n<label id="end"/>\n',
    )


def answered(
    code: str, sdp: bool = False, retrans: bool = False, to: str = "[last_To:];tag=p[call_number]"
) -> str:
    contact = "\nContact: <sip:p@[local_ip]:[local_port]>" if sdp else ""
    text = f"SIP/2.0 {code}\n[last_Via:]\n[last_From:]\n{to}\n[last_Call-ID:]\n[last_CSeq:]{contact}"
    return send(text, sdp=sdp, retrans=retrans)


INVITED = """<recv request="INVITE" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="2"/>
</action></recv>
"""


def referring(to: str) -> str:
    """After a second the telephone passes its caller on by itself."""
    text = (
        "REFER [next_url] SIP/2.0\n" + VIA + "\nFrom:[$2];tag=p[call_number]\nTo:[$1]\n[last_Call-ID:]\n"
        "CSeq: 4 REFER\nMax-Forwards: 70\nContact: <sip:p@[local_ip]:[local_port]>\n"
        f"Refer-To: <sip:{to}@[remote_ip]:[remote_port]>"
    )
    return (
        '<pause milliseconds="1000"/>\n' + send(text, retrans=True) + '<recv response="202"/>\n'
        '<recv request="NOTIFY"/>\n' + answered("200 OK", to="[last_To:]")
        + '<recv request="NOTIFY"/>\n' + answered("200 OK", to="[last_To:]")
    )  # fmt: skip


RECEIVED = answered("200 OK", to="[last_To:]")


def phone_scenario(
    answers_after: float | None, talks: float, code: str = "", sound: Path | None = None, refers: str = ""
) -> str:
    """Ring, then lift after some seconds and talk; never lift; or refuse with a code."""
    if code:
        return scenario(
            INVITED, answered(code, retrans=True), '<recv request="ACK"/>\n<Reference variables="1,2"/>'
        )
    if answers_after is None:
        return scenario(
            INVITED, answered("180 Ringing"), '<recv request="CANCEL"/>\n', RECEIVED,
            send("SIP/2.0 487 Request Terminated\n[last_Via:]\n[last_From:]\nTo:[$2];tag=p[call_number]\n"
                 "[last_Call-ID:]\nCSeq: [cseq] INVITE", retrans=True),
            '<recv request="ACK"/>\n<Reference variables="1,2"/>',
        )  # fmt: skip
    bye = (
        "BYE [next_url] SIP/2.0\n" + VIA + "\nFrom:[$2];tag=p[call_number]\nTo:[$1]\n[last_Call-ID:]\n"
        "CSeq: 5 BYE\nMax-Forwards: 70"
    )
    return scenario(
        INVITED,
        answered("180 Ringing"),
        f'<pause milliseconds="{int(answers_after * 1000)}"/>\n',
        answered("200 OK", sdp=True, retrans=True),
        '<recv request="ACK"/>\n',
        playing(sound),
        referring(refers) if refers else "",
        f'<recv request="BYE" timeout="{int(talks * 1000)}" ontimeout="bye"/>\n',
        RECEIVED.replace("<send", '<send next="end"'),
        '<label id="bye"/>\n',
        send(bye, retrans=True),
        '<recv response="200"/>\n<label id="end"/>\n<Reference variables="1,2"/>',
    )


REGISTER = scenario(
    send("REGISTER sip:[remote_ip]:[remote_port] SIP/2.0\n" + VIA + "\n"
         "From: <sip:{user}@[remote_ip]>;tag=r[pid]\n"
         "To: <sip:{user}@[remote_ip]>\nCall-ID: [call_id]\nCSeq: 1 REGISTER\nMax-Forwards: 70\n"
         "Contact: <sip:{user}@[local_ip]:[local_port]>\nExpires: {expires}", retrans=True),
    '<recv response="401" auth="true"/>\n',
    send("REGISTER sip:[remote_ip]:[remote_port] SIP/2.0\n" + VIA + "\n"
         "From: <sip:{user}@[remote_ip]>;tag=r[pid]\n"
         "To: <sip:{user}@[remote_ip]>\nCall-ID: [call_id]\nCSeq: 2 REGISTER\nMax-Forwards: 70\n"
         "[authentication username={user} password={password}]\n"
         "Contact: <sip:{user}@[local_ip]:[local_port]>\nExpires: {expires}", retrans=True),
    '<recv response="200"/>\n',
)  # fmt: skip


def dialling(user: str, password: str, number: str, stays: float) -> str:
    """A colleague's telephone calls a number of the house."""
    head = f"From: <sip:{user}@[remote_ip]>;tag=[call_number]d[pid]\n"
    contact = f"Contact: <sip:{user}@[local_ip]:[local_port]>\nMax-Forwards: 70"
    to = f"<sip:{number}@[remote_ip]>"

    def invite(count: int, more: str) -> str:
        return (
            f"INVITE sip:{number}@[remote_ip]:[remote_port] SIP/2.0\n{VIA}\n{head}To: {to}\n"
            f"Call-ID: [call_id]\nCSeq: {count} INVITE\n{contact}{more}"
        )

    within = f"[next_url] SIP/2.0\n{VIA}\n{head}To: {to}[peer_tag_param]\nCall-ID: [call_id]\n"
    return scenario(
        send(invite(1, ""), sdp=True, retrans=True),
        '<recv response="401" auth="true"/>\n',
        send(
            f"ACK sip:{number}@[remote_ip]:[remote_port] SIP/2.0\n{VIA}\n{head}To: {to}[peer_tag_param]\n"
            f"Call-ID: [call_id]\nCSeq: 1 ACK\nMax-Forwards: 70"
        ),
        send(invite(2, f"\n[authentication username={user} password={password}]"), sdp=True, retrans=True),
        '<recv response="100" optional="true"/><recv response="180" optional="true"/>',
        '<recv response="200" rrs="true"/>\n',
        send(f"ACK {within}CSeq: 2 ACK\n{contact}"),
        f'<pause milliseconds="{int(stays * 1000)}"/>\n',
        send(f"BYE {within}CSeq: 3 BYE\n{contact}", retrans=True),
        '<recv response="200"/>\n',
    )


@dataclass
class Sipp:
    """Everything of a test that speaks SIP; ended with it."""

    sip_port: int
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="sipp")))
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    count: int = 0

    def start(self, text: str, host: str, port: int, *more: str) -> subprocess.Popen[bytes]:
        self.count += 1
        file = self.folder / f"{self.count}.xml"
        file.write_text(text)
        process = subprocess.Popen(
            ["sipp", f"127.0.0.1:{self.sip_port}", "-sf", str(file), "-i", host, "-p", str(port),
             "-mi", host, "-mp", str(free_port(2, host) & ~1), "-nostdin", "-trace_err", "-error_file",
             str(self.folder / f"{self.count}.log"), *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip
        self.running.append(process)
        return process

    def call(
        self,
        number: str,
        stays: float = 30,
        from_header: str = '"Lee Anand" <sip:+37061234567@[local_ip]>',
        extra: str = "",
        calls: int = 1,
        rate: int = 20,
        sound: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Call a number."""
        text = caller_scenario(stays, from_header, extra, sound)
        port = free_port(2, CALLERS)
        return self.start(text, CALLERS, port, "-s", number, "-m", str(calls), "-r", str(rate))

    def phone(
        self,
        username: str,
        password: str,
        answers_after: float | None = 0.1,
        talks: float = 30,
        code: str = "",
        sound: Path | None = None,
        refers: str = "",
    ) -> subprocess.Popen[bytes]:
        """Sign a telephone in, then let it behave."""
        port = free_port(2, PHONES)
        self.register(username, password, port)
        return self.start(phone_scenario(answers_after, talks, code, sound, refers), PHONES, port)

    def dial(self, username: str, password: str, number: str, stays: float) -> subprocess.Popen[bytes]:
        """A colleague calls a number of the house."""
        text = dialling(username, password, number, stays)
        return self.start(text, PHONES, free_port(2, PHONES), "-m", "1")

    def register(self, username: str, password: str, port: int, expires: int = 600) -> None:
        text = REGISTER
        for name, value in {"user": username, "password": password, "expires": str(expires)}.items():
            text = text.replace("{" + name + "}", value)
        process = self.start(text, PHONES, port, "-m", "1")
        assert process.wait(timeout=60) == 0, self.errors()

    def errors(self) -> str:
        return "\n".join(file.read_text(errors="replace") for file in self.folder.glob("*.log"))[-3000:]

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=60)


def eventually(what: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """What it gives as soon as it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")
