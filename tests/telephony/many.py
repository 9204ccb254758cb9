"""SIPp as many callers and as everybody's telephone."""

import csv
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.telephony.asterisk import CALLERS, PHONES
from tests.telephony.sip import INVITED, RECEIVED, VIA, answered, caller_scenario, scenario, send

FOREVER_SECONDS = 3600.0
TAKEN = '<recv response="200" rrs="true"/>'
SOUND = '<nop><action><exec rtp_stream="{file},-1,0,PCMU/8000"/></action></nop>\n'
REGISTER = scenario(
    *(
        send(
            f"REGISTER sip:[remote_ip]:[remote_port] SIP/2.0\n{VIA}\n"
            "From: <sip:[field0]@[remote_ip]>;tag=r[call_number]\nTo: <sip:[field0]@[remote_ip]>\n"
            f"Call-ID: [call_id]\nCSeq: {turn} REGISTER\nMax-Forwards: 70\n{proof}"
            "Contact: <sip:[field0]@[local_ip]:{port}>\nExpires: 7200",
            retrans=True,
        )
        + f'<recv response="{code}"{kept}/>\n'
        for turn, proof, code, kept in (
            (1, "", 401, ' auth="true"'),
            (2, "[field1]\n", 200, ""),
        )
    )
)


@dataclass
class Sipps:
    """Every SIPp of a run; `close` ends them."""

    sip_port: int
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    callers_so_far: int = 0

    def telephones(self, people: Iterable[tuple[str, str]], port: int, sound: Path) -> None:
        """All telephones answer at one port, at once, play the sound, and wait for the other to hang up."""
        users = self.folder / "users.csv"
        rows = [f"{name};[authentication username={name} password={password}];" for name, password in people]
        users.write_text("\n".join(["SEQUENTIAL", *rows, ""]))
        text = REGISTER.replace("{port}", str(port))
        many = ("-inf", str(users), "-m", str(len(rows)), "-r", "50")
        if self._start("register", text, PHONES, port, *many).wait(timeout=120):
            raise SystemExit(f"the telephones cannot sign in: {self.said('register')}")
        # At the port that has signed in: Asterisk answers where it was asked from.
        self._start("phones", _telephone(sound), PHONES, port, "-l", "400")

    def callers(
        self, name: str, number: str, port: int, count: int, rate: float, sound: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Callers who stay until they are hung up on; how long each waited for the answer is written down."""
        text = caller_scenario(FOREVER_SECONDS, '"Load" <sip:[field0]@[local_ip]>', "")
        text = text.replace("<send retrans", '<send start_rtd="1" retrans', 1)
        text = text.replace(
            '<recv response="200" rrs="true"/>', '<recv response="200" rrs="true" rtd="1"/>', 1
        )
        if sound:
            text = _sounding(text).replace(
                '<recv request="BYE"', SOUND.format(file=sound) + '<recv request="BYE"', 1
            )
        file = self.folder / f"{name}.csv"
        numbers = [f"+3706{self.callers_so_far + n:07}" for n in range(1_000_000, 1_000_000 + count)]
        self.callers_so_far += count
        file.write_text("\n".join(["SEQUENTIAL", *(f"{one};" for one in numbers), ""]))
        return self._start(
            name, text, CALLERS, port, "-s", number, "-m", str(count), "-l", str(count), "-r", str(rate),
            "-inf", str(file), "-trace_rtt", "-rtt_freq", "1",
        )  # fmt: skip

    def answer_ms(self) -> list[float]:
        """From INVITE to the answer, of every caller so far."""
        found = []
        for file in self.folder.glob("*_rtt.csv"):
            with file.open() as text:
                found += [
                    float(row[1])
                    for row in csv.reader(text, delimiter=";")
                    if row[1:] and row[0][:1].isdigit()
                ]
        return found

    def said(self, name: str) -> str:
        """What one of them complained about."""
        files = (self.folder / f"{name}.said", self.folder / f"{name}.log")
        return "".join(file.read_text(errors="replace") for file in files if file.exists())[:2000]

    def _start(self, name: str, text: str, host: str, port: int, *more: str) -> subprocess.Popen[bytes]:
        file = self.folder / f"{name}.xml"
        file.write_text(text)
        process = subprocess.Popen(
            ["sipp", f"127.0.0.1:{self.sip_port}", "-sf", str(file), "-i", host, "-p", str(port), "-mi", host,
             "-mp", str(33_000 + port % 10_000), "-nostdin", "-trace_err",
             "-error_file", str(self.folder / f"{name}.log"), *more],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.folder / f"{name}.said").open("w"),
        )  # fmt: skip
        self.running.append(process)
        return process

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=60)


def _telephone(sound: Path) -> str:
    return _sounding(
        scenario(
            INVITED,
            answered("180 Ringing"),
            answered("200 OK", sdp=True, retrans=True),
            '<recv request="ACK"/>\n',
            SOUND.format(file=sound),
            f'<recv request="BYE" timeout="{int(FOREVER_SECONDS * 1000)}"/>\n',
            RECEIVED,
            '<Reference variables="1,2"/>',
        )
    )


def _sounding(text: str) -> str:
    """Sound comes from a port that SIPp chooses."""
    return text.replace("[media_port]", "[rtpstream_audio_port]")
