"""What is asked before an import, and what the page of one shows."""

from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from barrymore.channels.imports.models import Import
from barrymore.channels.imports.selectors import first_faults, percent_of, staying
from barrymore.channels.imports.services import MOST_DAYS, Wish, names_of, own_addresses
from barrymore.channels.imports.telling import besides, did, undone, would
from barrymore.conversations.models import Conversation
from barrymore.routing.models import Queue
from barrymore.routing.selectors import queue_or_default

State = Import.State
TITLES = {
    State.CHECKING: _("The file is being read; nothing is written yet."),
    State.RUNNING: _("Conversations are coming in. You can leave this page."),
    State.UNDOING: _("The import is being taken back. You can leave this page."),
}


class ImportForm(forms.Form):
    """A file and how to read it."""

    kind = forms.ChoiceField(label=_("From"), choices=Import.Kind.choices)
    file = forms.FileField(
        label=_("File"), help_text=_("The export as it is, or several files in one zip; at most 2 GB.")
    )
    queue = forms.ModelChoiceField(
        label=_("Queue"),
        queryset=Queue.objects.filter(is_active=True),
        required=False,
        empty_label=_("the first queue"),
        help_text=_("Groups and teams that are named like a queue of yours go to that one."),
    )
    open = forms.ChoiceField(
        label=_("What is still open there"),
        choices=[("queue", _("Answer it here")), ("close", _("Close it"))],
    )
    own = forms.CharField(
        label=_("Your own addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only for mbox: they tell what you wrote from what your customers wrote."),
    )
    days = forms.IntegerField(
        label=_("Days"),
        min_value=0,
        max_value=MOST_DAYS,
        initial=30,
        required=False,
        help_text=_("Only for mbox: for so long the same subject goes on as the same conversation."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The addresses of the mailboxes stand there already."""
        super().__init__(*args, **kwargs)
        self.fields["own"].initial = "\n".join(own_addresses())

    def wish(self) -> Wish:
        """What was chosen."""
        chosen = self.cleaned_data
        days = chosen["days"]
        return Wish(
            kind=chosen["kind"],
            queue_ref=chosen["queue"].pk if chosen["queue"] else None,
            closes_open=chosen["open"] == "close",
            own=names_of(chosen["own"]) if chosen["kind"] == Import.Kind.MBOX else (),
            days=30 if days is None else days,
        )


def shown(job: Import) -> dict[str, Any]:
    """What the page of one import tells."""
    closes_open = job.options.get("open") == "close"
    queue = queue_or_default(job.options.get("queue"))
    has_come = bool(job.counts.get("made_conversations"))
    return {
        "job": job,
        "work_title": TITLES.get(State(job.state), ""),
        "percent": percent_of(job),
        "would": would(job.counts),
        "besides": besides(job.counts, queue=queue.name, closes_open=closes_open),
        "did": did(job.counts) if job.started_at else [],
        "undone": undone(job.counts) if "removed_conversations" in job.counts else [],
        "samples": [_sample(one) for one in job.samples],
        "faults": first_faults(job),
        "staying": staying(job),
        "may_run": job.state == State.READY or (job.state == State.CANCELLED and bool(job.path)),
        "may_undo": job.state in {State.DONE, State.CANCELLED} and has_come,
    }


def _sample(one: dict[str, Any]) -> dict[str, Any]:
    state = Conversation.State(one["state"]).label
    return {**one, "at": parse_datetime(one["at"]), "state": state}


def list_row(job: Import) -> str:
    """One line about an import in the list."""
    if job.state in {State.DONE, State.UNDONE, State.CANCELLED} and job.started_at:
        return " ".join(undone(job.counts) if job.state == State.UNDONE else did(job.counts))
    if job.state == State.FAILED:
        return str(job.error.get("what", ""))
    return would(job.counts) if job.counts else ""
