"""SIPp as a caller who presses keys, by RFC 2833, and who may be heard by what Asterisk sends."""

import subprocess

from tests.ports import free_port
from tests.telephony.asterisk import CALLERS
from tests.telephony.sip import SDP, VIA, Sipp, scenario, send

PCAP = "/usr/share/sip-tester/dtmf_2833_{}.pcap"
NAMES = {"*": "star", "#": "pound"}
EVENTS = SDP.replace("RTP/AVP 0", "RTP/AVP 0 101") + "\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15"
VOICE = (
    '<pause milliseconds="1000"/><nop><action>'
    '<exec play_pcap_audio="/usr/share/sip-tester/g711a.pcap"/></action></nop>'
)
LEE = '"Lee Anand" <sip:+37061234567@[local_ip]>'


def pressing(keys: list[tuple[float, str]], stays: float, from_header: str) -> str:
    """Call, wait and press each key, then stay until hung up on, or for some seconds."""
    head = f"From: {from_header};tag=[call_number]c[pid]\n"
    contact = "Contact: <sip:c@[local_ip]:[local_port]>\nMax-Forwards: 70\n"
    to = "To: <sip:[service]@[remote_ip]>"
    invite = (
        "INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n" + VIA + "\n" + head
        + to + "\nCall-ID: [call_id]\nCSeq: 1 INVITE\n" + contact.rstrip("\n")
    )  # fmt: skip
    within = "[next_url] SIP/2.0\n" + VIA + "\n" + head + to + "[peer_tag_param]\nCall-ID: [call_id]\n"
    pressed = "".join(
        f'<pause milliseconds="{int(after * 1000)}"/>\n<nop><action><exec play_pcap_audio='
        f'"{PCAP.format(NAMES.get(key, key))}"/></action></nop>\n'
        for after, key in keys
    )
    return scenario(
        send(invite, sdp=True, retrans=True).replace(SDP, EVENTS),
        '<recv response="100" optional="true"/><recv response="180" optional="true"/>',
        '<recv response="200" rrs="true"/>\n',
        send("ACK " + within + f"CSeq: 1 ACK\n{contact}".rstrip("\n")),
        pressed,
        f'<recv request="BYE" timeout="{int(stays * 1000)}" ontimeout="bye"/>\n',
        send("SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]").replace(
            "<send", '<send next="end"'
        ),
        '<label id="bye"/>\n',
        send("BYE " + within + f"CSeq: 2 BYE\n{contact}".rstrip("\n"), retrans=True),
        '<recv response="200"/>\n<label id="end"/>\n',
    )


def speaking(sip: Sipp, number: str, stays: float) -> "subprocess.Popen[bytes]":
    """Call a number and talk without an end."""
    text = pressing([], stays, LEE)
    text = text.replace('<recv request="BYE"', VOICE + '\n<recv request="BYE"')
    text = text.replace("RTP/AVP 0 101", "RTP/AVP 8 101").replace("rtpmap:0 PCMU", "rtpmap:8 PCMA")
    return sip.start(text, CALLERS, free_port(2, CALLERS), "-s", number, "-m", "1")


def press(
    sip: Sipp, number: str, *keys: tuple[float, str], stays: float = 30, from_header: str = LEE
) -> subprocess.Popen[bytes]:
    """Call a number and press keys, each some seconds after the one before."""
    text = pressing(list(keys), stays, from_header)
    return sip.start(text, CALLERS, free_port(2, CALLERS), "-s", number, "-m", "1")
