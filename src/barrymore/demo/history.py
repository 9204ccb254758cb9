"""Eight weeks of the demo company, played through the same services that real contacts take."""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction

from barrymore.conversations.models import Conversation, Message
from barrymore.conversations.services import Said
from barrymore.delivery.models import OutboxRow
from barrymore.demo.company import Cast
from barrymore.demo.guests import Guest
from barrymore.demo.scripts import told_in
from barrymore.feedback import services as feedback
from barrymore.feedback.models import Case
from barrymore.handling import rounds
from barrymore.handling import services as handling
from barrymore.handling.contact import Contact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.models import Staff

# Share of a day's arrivals by hour, from a hotel's rhythm: breakfast, check-out, check-in, evening.
HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 12, 10, 8, 8, 9, 10, 10, 9, 8, 7, 6, 4, 3, 2]
WEEKDAY = [1.05, 1.0, 0.95, 1.0, 1.2, 1.1, 0.9]
MEDIAN_WAIT_MINUTES = [11.0, 34.0, 16.0, 60.0, 75.0]
# What has arrived in the last hour and a half, so that there is something to do at any hour of the day.
NOW_SHARE = 0.8
PROGRESS = Callable[[int, int], None]


@dataclass(order=True)
class Step:
    """Something that happens at a time; the number keeps equal times in order."""

    at: datetime
    number: int
    act: Callable[[], None] = field(compare=False)


class History:
    """Plays arrivals, answers, closes and surveys in the order of time."""

    def __init__(self, cast: Cast, guests: list[Guest], seed: random.Random) -> None:
        self.cast = cast
        self.guests = guests
        self.seed = seed
        self.steps: list[Step] = []
        self.count = 0
        self.ends = now()

    def play(self, days: int, per_day: float, progress: PROGRESS) -> int:
        """Play `days` until now; returns how many conversations there were."""
        first = self.ends - timedelta(days=days)
        for day in range(days):
            self._plan_day(first + timedelta(days=day), per_day)
        for _ in range(round(per_day * NOW_SHARE)):
            at = self.ends - timedelta(minutes=self.seed.uniform(2, 100))
            self._add(at, self._arrival(at))
        arrivals = self.count
        day_done = 0
        while self.steps:
            day_done += 1
            self._play_day(self.steps[0].at + timedelta(days=1))
            progress(min(day_done, days), days)
        return arrivals

    def _play_day(self, until: datetime) -> None:
        # One transaction a day: the services' own transactions become savepoints, which need no disk.
        with transaction.atomic():
            checked = None
            while self.steps and self.steps[0].at < until:
                step = heapq.heappop(self.steps)
                with at_moment(step.at):
                    step.act()
                    if checked is None or step.at - checked > timedelta(minutes=20):
                        checked = step.at
                        rounds.promises_round()
            OutboxRow.objects.filter(state=OutboxRow.State.WAITING).update(state=OutboxRow.State.SENT)
            Message.objects.filter(status=Message.Status.QUEUED).update(status=Message.Status.SENT)

    def _plan_day(self, day: datetime, per_day: float) -> None:
        expected = per_day * WEEKDAY[day.weekday()]
        start = day.replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(self._poisson(expected)):
            hour = self.seed.choices(range(24), HOURS)[0]
            at = start + timedelta(hours=hour, seconds=self.seed.randrange(3600))
            if at < self.ends - timedelta(minutes=2):
                self._add(at, self._arrival(at))

    def _poisson(self, mean: float) -> int:
        return max(0, round(self.seed.gauss(mean, math.sqrt(mean))))

    def _add(self, at: datetime, act: Callable[[], None]) -> None:
        # What would happen later than now stays open: that is the desk's work of today.
        if at < self.ends:
            self.count += 1
            heapq.heappush(self.steps, Step(at, self.count, act))

    def _arrival(self, at: datetime) -> Callable[[], None]:
        guest = self.seed.choice(self.guests)
        story = told_in(guest.language, guest.room, self.seed, guest.name)
        queue = story.queue
        wait = timedelta(minutes=MEDIAN_WAIT_MINUTES[queue] * math.exp(self.seed.gauss(0, 0.8)))
        number = self.count

        def arrive() -> None:
            received = handling.receive(
                Contact(
                    channel="mail",
                    external_id=f"<history.{number}.{at.timestamp()}@guests.example>",
                    address_kind="email",
                    address=guest.address,
                    at=at,
                    name=guest.name,
                    subject=story.subject,
                    text=story.text,
                    language=guest.language,
                    queue_ref=self.cast.queues[queue].pk,
                    site_ref=self.cast.sites[guest.site].pk,
                )
            )
            if self.seed.random() < 0.97:
                self._add(at + wait, self._reply(received.conversation_ref, story.answer, wait, queue))
            else:
                self._add(at + timedelta(hours=20), self._close_unanswered(received.conversation_ref))

        return arrive

    def _agent(self, queue: int, language: str) -> Staff:
        people = [
            person for person in self.cast.people.values() if self.cast.queues[queue] in _queues_of(person)
        ]
        speaking = [person for person in people if language in person.languages and person.role == "agent"]
        return self.seed.choice(speaking or people)

    def _reply(self, conversation_id: int, text: str, wait: timedelta, queue: int) -> Callable[[], None]:
        def reply() -> None:
            conversation = _load(conversation_id)
            agent = conversation.owner or self._agent(queue, conversation.language)
            handling.answer(conversation, agent, Said(text=text, name=agent.name), expects_reply=False)
            later = timedelta(minutes=10 + self.seed.expovariate(1 / 90))
            self._add(now() + later, self._close(conversation_id, agent, wait))

        return reply

    def _close(self, conversation_id: int, agent: Staff, wait: timedelta) -> Callable[[], None]:
        def close() -> None:
            conversation = _load(conversation_id)
            handling.close(conversation, agent)
            case = Case.objects.filter(conversation=conversation, state=Case.State.WAITING).first()
            if case:
                self._add(now() + timedelta(minutes=2), self._ask(case.pk, wait))

        return close

    def _close_unanswered(self, conversation_id: int) -> Callable[[], None]:
        def close() -> None:
            handling.close(_load(conversation_id), self.seed.choice(list(self.cast.people.values())))

        return close

    def _ask(self, case_id: int, wait: timedelta) -> Callable[[], None]:
        def ask() -> None:
            case = Case.objects.select_related("survey", "conversation__customer").get(pk=case_id)
            if case.state != Case.State.WAITING:
                return
            feedback.mark_sent(case)
            if self.seed.random() < 0.64:
                hours = timedelta(hours=self.seed.expovariate(1 / 9))
                self._add(now() + hours, self._respond(case_id, wait))

        return ask

    def _respond(self, case_id: int, wait: timedelta) -> Callable[[], None]:
        def respond() -> None:
            case = Case.objects.select_related("survey", "conversation__customer").get(pk=case_id)
            feedback.mark_opened(case)
            if self.seed.random() < 0.06:
                feedback.refuse(case)
                return
            pleased = 0.93 - min(wait.total_seconds() / 3600, 4) * 0.11
            good = self.seed.random() < pleased
            score = self.seed.choice([3, 4, 4]) if good else self.seed.choice([1, 2, 2])
            feedback.record_response(case, score=score, need_met="yes" if good else "partly")

        return respond


def _load(conversation_id: int) -> Conversation:
    return Conversation.objects.select_related("customer", "address", "owner", "site").get(pk=conversation_id)


@cache
def _queues_of(person: Staff) -> frozenset[Any]:
    return frozenset(person.queues.all())


def finish_cases() -> int:
    """Bring the cases whose closing day lies in the past to their code."""
    return rounds.surveys_round()
