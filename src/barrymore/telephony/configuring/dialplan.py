"""What Asterisk does by itself with a call: answer, tell us, play music until we connect it.

All of it goes on when our process is away: the caller hears music and is found again.
"""

from collections.abc import Iterable

from barrymore.telephony.configuring.lines import NOTICE
from barrymore.telephony.menus.plan import Plan, leads
from barrymore.telephony.models import Extension
from barrymore.telephony.spelling import CannotWrite
from barrymore.telephony.talks.dialplan import TALKS

# q12 waits on number 12, b12 has just lost the person they spoke with.
FIXED = """
[barrymore-wait]
exten => _q.,1,Answer()
 same => n,UserEvent(BarrymoreQueued,Number: ${EXTEN:1})
 same => n,Set(BM_PLACE=${EXTEN})
 same => n(music),GotoIf($["${BM_OFFERS}${BM_TELLS}" =~ "1"]?told)
 same => n(plain),MusicOnHold(default)
 same => n,Wait(1)
 same => n,Goto(plain)
 same => n(told),WaitExten(4,m(default))
 same => n(say),GotoIf($["${BM_SAYPLACE}" = ""]?wait)
 same => n,Background(${BM_SOUNDS}/place-${BM_SAYPLACE}-${BM_LANGUAGE})
 same => n(wait),GotoIf($["${BM_SAYWAIT}" = ""]?offer)
 same => n,Background(${BM_SOUNDS}/wait-${BM_SAYWAIT}-${BM_LANGUAGE})
 same => n(offer),GotoIf($["${BM_OFFERS}" != "1"]?again)
 same => n,Background(${BM_SOUNDS}/offer-${BM_LANGUAGE})
 same => n(again),WaitExten(45,m(default))
 same => n,Goto(say)
exten => 1,1,GotoIf($["${BM_OFFERS}" != "1"]?${BM_PLACE},told)
 same => n,GotoIf($[${LEN(${FILTER(0-9,${CALLERID(num):0:20})})} < 5]?none)
 same => n,Set(BM_WISH=${BM_PLACE})
 same => n,Gosub(barrymore-wish,s,1)
 same => n,Playback(${BM_SOUNDS}/callback-${BM_LANGUAGE})
 same => n,Hangup()
 same => n(none),Playback(${BM_SOUNDS}/nonumber-${BM_LANGUAGE})
 same => n,Goto(${BM_PLACE},told)
exten => i,1,Goto(${BM_PLACE},told)
exten => _b.,1,UserEvent(BarrymoreLeft,Number: ${EXTEN:1})
 same => n,GotoIf($["${BM_ASK}" = "" | "${BM_ASK}" != "${BM_CANASK}"]?over)
 same => n,Goto(barrymore-after,a${BM_ASK},1)
 same => n(over),Wait(2)
 same => n,Hangup()

[barrymore-take]
; Two telephones of one person may be lifted at once: the first keeps the lock as long as it speaks.
exten => s,1,GotoIf($["${TRYLOCK(barrymore-${BM_CALL})}" = "1"]?take)
 same => n,Hangup()
 same => n(take),Bridge(${BM_CALLER},F(barrymore-wait^b${BM_NUMBER}^1))
 same => n,Hangup()
"""
RING_SECONDS = 40


def dialplan(plan: Plan, extensions: Iterable[Extension]) -> str:
    """extensions.conf: only constants, our row numbers, and digits that were checked."""
    parts = [NOTICE, "[general]\nstatic = yes\nwriteprotect = yes\nclearglobalvars = no\n\n[barrymore-in]\n"]
    for number in plan.numbers:
        digits = _digits(number.number.removeprefix("+"))
        for spelt in (f"+{digits}", digits):
            parts.append(f"exten => {spelt},1,Goto({leads(plan, number)})\n")
    # A number that nobody has entered here is answered all the same, by the default queue.
    for pattern in ("s", "_[+0-9A-Za-z]."):
        parts.append(f"exten => {pattern},1,Goto(barrymore-wait,q0,1)\n")
    parts += [FIXED, TALKS]
    parts.append("\n[barrymore-inside]\ninclude => barrymore-rooms\n")
    for dialled, lines in _by_number(extensions).items():
        targets = "&".join(f"PJSIP/{one.username}" for one in lines)
        parts.append(f"exten => {_digits(dialled)},1,Dial({targets},{RING_SECONDS})\n same => n,Hangup()\n")
    return "".join(parts)


def _by_number(extensions: Iterable[Extension]) -> dict[str, list[Extension]]:
    found: dict[str, list[Extension]] = {}
    for one in extensions:
        found.setdefault(one.number, []).append(one)
    return found


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise CannotWrite(f"{text[:20]!r} is no number")
    return text
