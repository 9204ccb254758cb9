"""A help desk for the simulator: honest people with their habits, and weeks in which figures are made."""

from dataclasses import dataclass, field, replace

import numpy as np

from barrymore.formulas.detection_data import Table
from barrymore.formulas.tickets_data import TicketEvents

DAY, HOUR, MINUTE = 86_400.0, 3600.0, 60.0
FIRST_DAY = 1_767_571_200.0  # Monday, 5 January 2026
TICKETS = (
    *("closed_unanswered", "closed_at_the_end", "hollow_first_replies"),
    *("lowered_when_late", "kept_from_asking", "hard_declined"),
)
# Honest people who look unusual: works fast with ready-made texts that help, clears up on Fridays, has the
# queue's spam, has customers who write again before they are answered, has no time for offers.
HABITS = ("macros", "fridays", "spam_desk", "impatient", "busy")


@dataclass(frozen=True, slots=True)
class TicketPlan:
    """How many people in each of two queues, for how long, how many gamed weeks; noise widens habits."""

    seed: int
    prevalence: float = 0.03
    people: int = 12
    weeks: int = 8
    a_week: float = 60.0
    noise: float = 1.0


@dataclass(frozen=True, slots=True)
class TicketLabels(Table):
    """What each person's week was: a scenario, or "" for honest; and the person's habit."""

    staff: np.ndarray
    start: np.ndarray
    scenario: np.ndarray
    habit: np.ndarray


@dataclass(slots=True)
class _Made:
    rows: list[tuple[float, str, str, str, str, str, str]] = field(default_factory=list)
    conversations: int = 0

    def conversation(self, staff: str, queue: str) -> "_Thread":
        self.conversations += 1
        return _Thread(self, str(self.conversations), f"c{self.conversations}", staff, queue)


@dataclass(slots=True)
class _Thread:
    made: _Made
    name: str
    customer: str
    staff: str
    queue: str

    def add(self, at: float, kind: str, shape: str = "", *, ours: bool = True) -> None:
        staff = self.staff if ours else ""
        self.made.rows.append((at, kind, self.name, self.customer, staff, self.queue, shape))


def simulate_tickets(plan: TicketPlan) -> tuple[TicketEvents, TicketLabels]:
    """Events of all conversations, and what each person's week was. The same plan gives the same rows."""
    chance = np.random.default_rng(plan.seed)
    made, labels = _Made(), []
    for person in range(2 * plan.people):
        staff, queue = f"S{person + 1}", f"Q{person % 2 + 1}"
        # One of each habit in each queue.
        place = person // 2
        team = [f"S{other + 1}" for other in range(person % 2, 2 * plan.people, 2)]
        habit = HABITS[place] if place < len(HABITS) else ""
        level = float(np.exp(chance.normal(0.0, 0.3 * plan.noise)))
        for week in range(plan.weeks):
            start = FIRST_DAY + week * 7 * DAY
            scenario = str(chance.choice(TICKETS)) if chance.random() < plan.prevalence else ""
            labels.append((staff, start, scenario, habit))
            _Week(plan, made, chance, staff, queue, scenario, habit, level, team).fill(start)
    columns = list(zip(*made.rows, strict=True))
    events = TicketEvents(
        np.array(columns[0], float), *(np.array(column, dtype=np.str_) for column in columns[1:])
    )
    told = list(zip(*labels, strict=True))
    return events, TicketLabels(
        np.array(told[0]), np.array(told[1], float), np.array(told[2]), np.array(told[3])
    )


@dataclass(slots=True)
class _Week:
    """One person's week; `level` is how much the person differs from others in everything."""

    plan: TicketPlan
    made: _Made
    chance: np.random.Generator
    staff: str
    queue: str
    scenario: str
    habit: str
    level: float
    others: list[str]

    def luck(self, share: float) -> bool:
        """True so often, more or less by the person and the noise."""
        return bool(self.chance.random() < share)

    def often(self, share: float) -> float:
        """How often the person does what everybody does sometimes."""
        return min(share * self.level * self.plan.noise, 0.9)

    def fill(self, start: float) -> None:
        """Conversations of five days, and what is held open until Friday's last hour."""
        size = int(self.chance.poisson(self.plan.a_week))
        held = self.often(0.04) * (2.5 if self.habit == "fridays" else 1.0)
        if self.scenario == "closed_at_the_end":
            held = self.chance.uniform(0.25, 0.5)
        for _ in range(size):
            begins = start + self.chance.integers(0, 5) * DAY + self.chance.uniform(8.0, 15.0) * HOUR
            late = start + 4 * DAY + self.chance.uniform(15.2, 16.0) * HOUR
            self._thread(begins, late if self.luck(held) else None)

    def _thread(self, begins: float, closes: float | None) -> None:
        hard = self.luck(0.35)
        thread = self.made.conversation(self.staff, self.queue)
        thread.add(begins, "opened", ours=False)
        if self._offered(thread, begins, hard=hard):
            thread.staff = str(self.chance.choice([one for one in self.others if one != self.staff]))
            colleague = replace(self, staff=thread.staff, scenario="", habit="", level=1.0)
            colleague.handle(thread, begins, None, hard=hard)
        else:
            self.handle(thread, begins, closes, hard=hard)

    def handle(self, thread: _Thread, begins: float, closes: float | None, *, hard: bool) -> None:
        """Take it, answer it, close it."""
        taken = begins + self.chance.exponential(20.0) * MINUTE
        thread.add(taken, "owned")
        if self._refiled(thread, taken):
            return
        at = self._answers(thread, begins, taken, hard=hard)
        at = self._lowered(thread, at)
        done = max(_at_work(at + self.chance.exponential(10.0) * MINUTE), closes or 0.0)
        self._end(thread, done)

    def _offered(self, thread: _Thread, begins: float, *, hard: bool) -> bool:
        """Whether it is declined."""
        creams = self.scenario == "hard_declined"
        usual = 0.4 if self.habit == "busy" else self.often(0.1)
        if declined := self.luck((0.5 if hard else 0.05) if creams else usual):
            thread.add(begins + MINUTE, "declined")
        return declined

    def _refiled(self, thread: _Thread, taken: float) -> bool:
        """Closed without an answer; some of those customers write again."""
        refiles = self.scenario == "closed_unanswered"
        if not self.luck(self.chance.uniform(0.2, 0.4) if refiles else self.often(0.05)):
            return False
        thread.add(taken + 2 * MINUTE, "closed")
        share = 0.7 if refiles else 0.3 if self.habit == "impatient" else 0.15
        if self.luck(share):
            again = self.made.conversation("", self.queue)
            again.customer = thread.customer
            again.add(taken + self.chance.uniform(0.5, 20.0) * HOUR, "opened", ours=False)
        return True

    def _answers(self, thread: _Thread, begins: float, taken: float, *, hard: bool) -> float:
        hollow = self.scenario == "hollow_first_replies" and self.luck(0.5)
        macro = self.luck(0.5 if self.habit == "macros" else 0.08)
        quick = hollow or macro or self.luck(0.1)
        at = taken + (self.chance.uniform(8, 50) if quick else self.chance.exponential(12.0) * MINUTE + 60)
        shape = "got it" if hollow else f"ready {self.chance.integers(0, 3)}" if macro else ""
        thread.add(at, "sent", shape)
        # Everybody adds something now and then; whoever said nothing must.
        if hollow or self.luck(self.often(0.08)):
            at += self.chance.uniform(15, 120) * MINUTE
            thread.add(at, "sent")
        for _ in range(self.chance.integers(1, 4) if hard else int(self.luck(0.25))):
            at += self.chance.exponential(30.0) * MINUTE
            thread.add(at, "received", ours=False)
            at += self.chance.exponential(15.0) * MINUTE
            thread.add(at, "sent")
        return float(at)

    def _lowered(self, thread: _Thread, at: float) -> float:
        lowers = self.scenario == "lowered_when_late"
        late = self.luck(0.3 if lowers else 0.15)
        if late:
            thread.add(at - MINUTE, "broken", ours=False)
        if self.luck(0.6 if lowers and late else self.often(0.03)):
            thread.add(at + self.chance.uniform(-20, 20) * MINUTE, "lowered")
        return at

    def _end(self, thread: _Thread, done: float) -> None:
        hides = self.scenario == "kept_from_asking"
        spam = 0.03 if self.habit == "spam_desk" else self.often(0.008)
        bad = self.luck(0.08)
        if bad and self.luck(0.5):
            # The answer to an earlier conversation of the same customer.
            earlier = self.made.conversation("", self.queue)
            earlier.customer = thread.customer
            earlier.add(done - 2 * DAY, "rated_badly", ours=False)
            if self.luck(0.5 if hides else self.often(0.05)):
                thread.add(done, "held_back")
        if self.luck(self.chance.uniform(0.12, 0.3) if hides else spam):
            thread.add(done - MINUTE, "spam")
        thread.add(done, "closed")


def _at_work(t: float) -> float:
    """What is done after four in the afternoon is done the next working day."""
    day, hour = divmod(t - FIRST_DAY, DAY)
    if hour <= 16 * HOUR:
        return t
    on = 3 if day % 7 == 4 else 1
    return float(FIRST_DAY + (day + on) * DAY + 8 * HOUR + hour % HOUR)
