"""The checker: invariants I1, I2, I4, I5, I6 and I7, read from database, history and the mails that left."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path

from tests.kills.load import History


def rows(database: Path, statement: str) -> list[tuple[object, ...]]:
    """Read with a connection of our own, so that nothing of the product is in the way."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as connection:
        return connection.execute(statement).fetchall()


def twice(keys: Iterable[object]) -> list[object]:
    """What occurs more than once."""
    return [key for key, n in Counter(keys).items() if n > 1]


def check(database: Path, history: History, mails: list[EmailMessage], kills: int) -> list[str]:
    """Every violation as a sentence; an empty list is the claim."""
    found = _contacts(database, history) + _answers(database, history, mails, kills)
    return found + _clocks(database) + _offers(database) + _conservation(database)


def _contacts(database: Path, history: History) -> list[str]:
    """I1 and I2 for what came in: each acknowledged contact is there once, with its own subject."""
    subjects = [row[0] for row in rows(database, "select subject from conversations_conversation")]
    inbound = rows(
        database,
        "select c.subject from conversations_message m join conversations_conversation c "
        "on c.id = m.conversation_id where m.kind = 'inbound'",
    )
    found = [f"I2: contact {key} is there twice" for key in twice(subjects)]
    found += [f"I2: message {key} is there twice" for key in twice(row[0] for row in inbound)]
    there = set(subjects)
    for kind in ("mail", "contact", "chat"):
        found += [
            f"I1: {kind} {op['key']} was acknowledged and is lost"
            for op in history.of(kind, "ok")
            if op["key"] not in there
        ]
    begun = {op["key"] for kind in ("mail", "contact", "chat") for op in history.of(kind)}
    return found + [f"I3: contact {key} was never sent" for key in there - begun]


def _answers(database: Path, history: History, mails: list[EmailMessage], kills: int) -> list[str]:
    """I1, I2 and I6 for what went out: each acknowledged answer once, and each mail under one id."""
    texts = [
        str(row[0]) for row in rows(database, "select text from conversations_message where kind='outbound'")
    ]
    kept = Counter(text.rpartition(" ")[2] for text in texts)
    found = [f"I2: answer {key} is there {n} times" for key, n in kept.items() if n > 1]
    found += [f"I1: answer {op['key']} is lost" for op in history.of("answer", "ok") if not kept[op["key"]]]
    sent: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    for mail in mails:
        key = str(mail.get_payload()).split("Done. ")[-1].split()[0]
        sent.setdefault(key, set()).add(str(mail["Message-ID"]))
        times[key] += 1
    found += [f"I6: answer {key} left under {len(ids)} ids" for key, ids in sent.items() if len(ids) > 1]
    repeats = sum(n - 1 for n in times.values())
    if repeats > kills:
        found.append(f"I6: {repeats} mails were repeated after {kills} kills")
    found += [
        f"I1: answer {op['key']} never left" for op in history.of("answer", "ok") if op["key"] not in sent
    ]
    waiting = rows(
        database, "select effect_key from delivery_outboxrow where kind='mail' and state != 'sent'"
    )
    return found + [f"I6: {row[0]} still stands in the outbox" for row in waiting]


def _clocks(database: Path) -> list[str]:
    """I5: each clock fires once, never before its time, and none stays silent."""
    clock = "substr(key, 1, instr(substr(key, 7), ':') + 6)"
    found = []
    if not rows(database, "select 1 from journal_fact where kind = 'clock.breached' limit 1"):
        found.append("I5: no clock has fired at all, so nothing is proved")
    for what in ("warned", "breached"):
        fired = [
            row[0] for row in rows(database, f"select {clock} from journal_fact where kind='clock.{what}'")
        ]
        found += [f"I5: {key}{what} fired twice" for key in twice(fired)]
    notices = [row[0] for row in rows(database, "select key from alerts_notice")]
    found += [f"I5: notice {key} was given twice" for key in twice(notices)]
    early = rows(
        database,
        "select c.id from sla_clock c join sla_clockevent e on e.clock_id = c.id and e.what = 'breached' "
        "where e.due_at > e.at",
    )
    found += [f"I5: clock {row[0]} fired before its time" for row in early]
    silent = rows(
        database,
        "select id from sla_clock where state = 'running' and breached_at is null "
        "and due_at < datetime('now', '-60 seconds')",
    )
    return found + [f"I5: clock {row[0]} is overdue and silent" for row in silent]


def _offers(database: Path) -> list[str]:
    """I4: a conversation is held out to one person at a time, each offer is a fact, none is left lying."""
    made = rows(database, "select count(*) from routing_offer")[0][0]
    told = rows(database, "select count(*) from journal_fact where kind = 'offer.made'")[0][0]
    found = [] if made else ["I4: nothing was offered at all, so nothing is proved"]
    if made != told:
        found.append(f"I4: {made} offers but {told} facts of them")
    open_twice = rows(
        database,
        "select conversation_id from routing_offer where state='open' group by 1 having count(*) > 1",
    )
    found += [f"I4: conversation {row[0]} is offered twice at once" for row in open_twice]
    lying = rows(
        database,
        "select id from routing_offer where state = 'open' and expires_at < datetime('now', '-60 seconds')",
    )
    found += [f"I4: offer {row[0]} has lapsed and stands open" for row in lying]
    astray = rows(
        database,
        "select c.id from conversations_conversation c "
        "left join routing_placement p on p.conversation_id = c.id where p.id is null",
    )
    return found + [f"I4: conversation {row[0]} stands in no queue" for row in astray]


def _conservation(database: Path) -> list[str]:
    """I7: received = stored + duplicate + rejected, and nothing is left lying."""
    states = dict(rows(database, "select state, count(*) from channels_rawmail group by state"))  # type: ignore[arg-type]
    outcomes = rows(database, "select count(*) from journal_fact where kind = 'mail.outcome'")[0][0]
    found = [
        f"I7: {n} mails are {state}" for state, n in states.items() if state in ("stored", "quarantined")
    ]
    if outcomes != sum(states.values()):  # type: ignore[arg-type]
        found.append(f"I7: {sum(states.values())} mails but {outcomes} outcomes")  # type: ignore[arg-type]
    return found


def stage(database: Path, mails: list[EmailMessage], appended: int, in_flight: int) -> str:
    """Where the product stood when it was killed; the rarest of what was going on."""
    leased = {
        str(row[0])
        for row in rows(
            database,
            "select m.text from delivery_outboxrow o join conversations_message m "
            "on o.effect_key = 'message:' || m.id where o.state = 'waiting' and o.leased_until is not null",
        )
    }
    if any(str(mail.get_payload()).strip().split("\n")[0].strip() in leased for mail in mails):
        return "between 250 and our commit"
    if leased:
        return "sending"
    states = dict(rows(database, "select state, count(*) from channels_rawmail group by state"))
    if states.get("stored"):
        return "mail stored, not yet a contact"
    if sum(states.values()) < appended:  # type: ignore[arg-type]
        return "mail arrived, not yet stored"
    return "request in flight" if in_flight else "at rest"
