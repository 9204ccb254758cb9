"""The desk shows what a person may see and moves it by the services."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from barrymore.channels.mail.sanitising import sanitised
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Attachment, Conversation, Draft, Message, ProductArea, Reason
from barrymore.delivery.models import OutboxRow
from barrymore.desk.lists import PAGE
from barrymore.feedback.models import Case, Survey
from barrymore.journal.models import Fact
from barrymore.journal.moment import at_moment, now
from barrymore.organisation.selectors import company
from barrymore.organisation.services import set_module
from barrymore.routing import services as routing
from barrymore.routing.models import Offer, Placement, Presence
from barrymore.sla.models import Policy
from tests.desk.builders import arrival, person, promise, queue, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina():
    return person()


@pytest.fixture
def guests(amina):
    return queue(amina, is_default=True)


@pytest.fixture
def desk(amina, guests):
    return signed_in(amina)


def url(name, conversation, *more):
    return reverse(f"desk:{name}", args=[conversation.pk, *more])


def reply(desk, conversation, body="It runs again.", **more):
    seen = conversation.messages.filter(kind="inbound").order_by("-pk").first().pk
    fields = {"kind": "reply", "send": "reply", "body": body, "seen": seen, **more}
    return desk.post(url("reply", conversation), fields)


def test_signed_out_people_are_sent_to_the_door(client):
    answer = client.get("/desk/")
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


def test_the_list_groups_by_deadline(desk, guests):
    promise(45)
    arrival(guests)
    page = desk.get("/desk/").content.decode()
    assert "Within the hour" in page
    assert "Lee Anand" in page
    assert "take it" in page


def test_another_queues_conversation_is_not_found(desk):
    hidden = arrival(queue(name="Board"))
    assert desk.get(url("conversation", hidden)).status_code == 404
    for act in ("take", "close", "reply", "draft", "snooze", "spam"):
        assert desk.post(url(act, hidden)).status_code == 404
    hidden.refresh_from_db()
    assert (hidden.state, hidden.owner) == ("open", None)


def test_a_planner_may_not_open_the_desk(guests):
    assert signed_in(person("Viktor Lind", "planner")).get("/desk/").status_code == 403


def test_a_reader_may_look_and_not_move(guests):
    reader = signed_in(person("Milda P", "quality"))
    conversation = arrival(guests)
    assert reader.get(url("conversation", conversation)).status_code == 200
    assert reader.post(url("close", conversation)).status_code == 403
    conversation.refresh_from_db()
    assert conversation.state == "open"


def test_an_answer_leaves_and_the_writer_owns_it(desk, guests, amina):
    conversation = arrival(guests)
    assert reply(desk, conversation).status_code == 302
    conversation.refresh_from_db()
    assert (conversation.state, conversation.owner) == ("waiting", amina)
    assert OutboxRow.objects.filter(kind="mail").count() == 1


def test_a_note_never_goes_to_the_outbox(desk, guests):
    conversation = arrival(guests)
    fields = {"kind": "note", "send": "note", "body": "Careful", "cc": "x@mail.example"}
    desk.post(url("reply", conversation), fields)
    assert conversation.messages.get(kind="note").text == "Careful"
    assert not OutboxRow.objects.exists()


@pytest.mark.parametrize(
    ("kind", "send"), [("note", "reply"), ("reply", "note"), ("note", "close"), ("x", "")]
)
def test_a_button_that_disagrees_with_the_kind_sends_nothing(desk, guests, kind, send):
    conversation = arrival(guests)
    page = reply(desk, conversation, "Between us", kind=kind, send=send)
    assert "Between us" in page.content.decode()
    assert not conversation.messages.filter(kind__in=["note", "outbound"]).exists()


def test_a_stale_page_warns_then_sends(desk, guests):
    conversation = arrival(guests)
    old = conversation.messages.get(kind="inbound").pk
    arrival(guests, conversation_ref=conversation.pk, text="Wait, it is fixed.")
    page = reply(desk, conversation, "Coming", seen=old).content.decode()
    assert "has written since" in page
    assert "Coming" in page
    assert not conversation.messages.filter(kind="outbound").exists()
    assert reply(desk, conversation, "Coming").status_code == 302
    assert conversation.messages.filter(kind="outbound").count() == 1


def test_an_empty_answer_is_refused(desk, guests):
    conversation = arrival(guests)
    assert reply(desk, conversation, "   ").status_code == 200
    assert not conversation.messages.filter(kind="outbound").exists()


def test_copies_must_be_addresses(desk, guests):
    conversation = arrival(guests)
    assert "no mail address" in reply(desk, conversation, cc="nobody").content.decode()
    reply(desk, conversation, cc="noor@mail.example; sam@house.example")
    sent = conversation.messages.get(kind="outbound")
    assert sent.recipients["cc"] == ["noor@mail.example", "sam@house.example"]


def test_close_and_take_it_back(desk, guests):
    conversation = arrival(guests)
    page = desk.post(url("close", conversation), follow=True).content.decode()
    assert url("reopen", conversation) in page
    conversation.refresh_from_db()
    assert conversation.state == "closed"
    desk.post(url("reopen", conversation))
    conversation.refresh_from_db()
    assert conversation.state == "open"


def test_a_quick_act_stays_in_the_list(desk, guests):
    conversation = arrival(guests)
    answer = desk.post(url("close", conversation), headers={"hx-request": "true"})
    assert answer.status_code == 204
    assert url("reopen", conversation) in answer["HX-Trigger"]


def test_send_and_close(desk, guests):
    conversation = arrival(guests)
    reply(desk, conversation, send="close")
    conversation.refresh_from_db()
    assert conversation.state == "closed"
    assert conversation.messages.filter(kind="outbound").count() == 1


def test_not_asking_needs_a_reason(desk, guests):
    Survey.objects.create(name="After", probability=1.0)
    conversation = arrival(guests)
    reply(desk, conversation)
    desk.post(url("close_unasked", conversation), {"why": " "})
    conversation.refresh_from_db()
    assert conversation.state == "waiting"
    desk.post(url("close_unasked", conversation), {"why": "a bereavement"})
    assert Case.objects.get().suppressed_reason == "a bereavement"


def test_a_suggestion_is_confirmed_or_changed(desk, guests):
    broken = Reason.objects.create(name="Broken", key="b", words="hot")
    room = ProductArea.objects.create(name="Room", key="r")
    conversation = arrival(guests)
    assert (conversation.reason, conversation.is_suggested) == (broken, True)
    page = desk.get(url("conversation", conversation)).content.decode()
    assert "suggested" in page
    assert 'data-choose-key="b"' in page
    desk.post(url("classify", conversation), {"reason": broken.pk, "area": room.pk})
    conversation.refresh_from_db()
    assert (conversation.reason, conversation.area, conversation.is_suggested) == (broken, room, False)


def test_drafts_are_kept_and_become_the_message(desk, guests, amina):
    conversation = arrival(guests)
    desk.post(url("draft", conversation), {"kind": "reply", "body": "I begin"})
    assert "I begin" in desk.get(url("conversation", conversation)).content.decode()
    desk.post(url("draft", conversation), {"kind": "note", "body": "I begin"})
    assert [draft.kind for draft in Draft.objects.all()] == ["note"]
    desk.post(url("reply", conversation), {"kind": "note", "send": "note", "body": "I begin"})
    assert not Draft.objects.exists()


def test_snooze_by_preset_and_refusal_of_the_past(desk, guests):
    conversation = arrival(guests)
    desk.post(url("snooze", conversation), {"at": "2020-01-01T10:00"})
    conversation.refresh_from_db()
    assert conversation.next_step_at is None
    desk.post(url("snooze", conversation), {"preset": "tomorrow", "what": "Ask the fitter"})
    conversation.refresh_from_db()
    assert conversation.next_step == "Ask the fitter"


def test_hand_over_to_a_colleague_and_to_a_queue(desk, guests, amina):
    sam, other = person("Sam Okonjo", "supervisor"), queue(amina, name="Billing")
    conversation = arrival(guests)
    desk.post(url("hand_over", conversation), {"person": sam.pk})
    conversation.refresh_from_db()
    assert conversation.owner == sam
    desk.post(url("hand_over", conversation), {"queue": other.pk})
    conversation.refresh_from_db()
    assert (conversation.owner, conversation.placement.queue) == (None, other)


def test_the_heading_of_the_late_ones_counts_all_of_them(desk, guests):
    promise(60)
    with at_moment(now() - timedelta(hours=3)):
        for _ in range(PAGE + 5):
            arrival(guests)
    page = desk.get("/desk/").content.decode()
    assert f"<span>Late</span><span>{PAGE + 5}</span>" in page


def test_spam_and_back(desk, guests):
    conversation = arrival(guests)
    desk.post(url("spam", conversation))
    assert "No hot water" in desk.get("/desk/?in=spam").content.decode()
    desk.post(url("not_spam", conversation))
    assert not Conversation.objects.get().is_spam


def test_presence_with_its_reason(desk, amina):
    desk.post("/desk/presence/", {"state": "break", "reason": "lunch"})
    assert (amina.presence.state, amina.presence.reason) == ("break", "lunch")
    assert desk.post("/desk/presence/", {"state": "asleep"}).status_code == 400


def test_an_offer_says_why_and_is_taken_or_declined(desk, guests, amina):
    routing.set_presence(amina, Presence.State.AVAILABLE)
    first = arrival(guests)
    routing.offer_waiting()
    offer = Offer.objects.get()
    assert "the only one free" in desk.get("/desk/").content.decode()
    desk.post(reverse("desk:offer_decline", args=[offer.pk]))
    offer.refresh_from_db()
    assert offer.state == "declined"
    again = Offer.objects.create(
        conversation=first, staff=amina, offered_at=offer.offered_at, expires_at=offer.expires_at
    )
    desk.post(reverse("desk:offer_take", args=[again.pk]))
    first.refresh_from_db()
    assert first.owner == amina


def test_somebody_elses_offer_is_not_found(desk, guests):
    sam = person("Sam Okonjo", "supervisor")
    conversation = arrival(guests)
    at = conversation.opened_at
    offer = Offer.objects.create(conversation=conversation, staff=sam, offered_at=at, expires_at=at)
    assert desk.post(reverse("desk:offer_take", args=[offer.pk])).status_code == 404


def test_files_go_with_an_answer_and_come_as_downloads(desk, guests, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    conversation = arrival(guests)
    upload = SimpleUploadedFile("plan.html", b"<script>alert(1)</script>", "text/html")
    reply(desk, conversation, files=upload)
    kept = Attachment.objects.get()
    answer = desk.get(url("file", conversation, kept.pk) + "?show=1")
    assert answer["Content-Disposition"] == 'attachment; filename="plan.html"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    hidden = arrival(queue(name="Board"))
    assert desk.get(url("file", hidden, kept.pk)).status_code == 404


def test_a_picture_may_be_shown(desk, guests, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    conversation = arrival(guests)
    message = conversation.messages.get(kind="inbound")
    picture = Attachment.objects.create(message=message, **store_file("a.png", b"\x89PNG\r\n\x1a\n.."))
    answer = desk.get(url("file", conversation, picture.pk) + "?show=1")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")


def test_a_mail_as_sent_runs_nothing_and_fetches_nothing(desk, guests):
    conversation = arrival(guests, html="<p>Hi</p><img src='https://spy.example/1.png'>")
    message = conversation.messages.get(kind="inbound")
    page = desk.get(url("conversation", conversation)).content.decode()
    assert '<iframe sandbox=""' in page
    frame = desk.get(url("as_sent", conversation, message.pk))
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "https:" not in policy
    asked = desk.get(url("as_sent", conversation, message.pk) + "?images=1")
    assert "img-src data: https:" in asked["Content-Security-Policy"]


def test_a_customers_words_are_never_markup(desk, guests):
    conversation = arrival(guests, text="<script>alert(1)</script>", subject="<b>x</b>", name="<i>Noor</i>")
    page = desk.get(url("conversation", conversation)).content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_the_thread_tells_events_in_words(desk, guests):
    conversation = arrival(guests)
    desk.post(url("take", conversation))
    page = desk.get(url("conversation", conversation)).content.decode()
    assert "Amina Sarr took it" in page
    assert "To Guests" in page


def test_a_second_taker_is_told(desk, guests):
    sam = person("Sam Okonjo", "supervisor")
    conversation = arrival(guests)
    routing.take(conversation, sam)
    assert "Sam Okonjo has taken it" in desk.post(url("take", conversation), follow=True).content.decode()


def test_shared_addresses_name_nobody_until_said(desk, guests):
    conversation = arrival(guests, name="Front desk", address="reception@partner.example")
    assert "Shared address" in desk.get(url("conversation", conversation)).content.decode()
    desk.post(url("person", conversation), {"address": "noor@partner.example"})
    conversation.refresh_from_db()
    assert conversation.customer is not None


def test_the_card_explains_the_promise_and_changes_the_customer(desk, guests):
    promise(60)
    conversation = arrival(guests)
    page = desk.get(url("conversation", conversation)).content.decode()
    assert "1 hour within the hours of day and night" in page
    desk.post(url("card", conversation), {"name": "Lee A.", "role": "Guest", "account": "ACME"})
    conversation.customer.refresh_from_db()
    assert (conversation.customer.name, conversation.customer.account.name) == ("Lee A.", "ACME")


def test_promises_switched_off_leave_the_desk_whole(desk, guests, amina):
    promise(60)
    conversation = arrival(guests)
    company()
    for name in ("promises", "surveys", "offers", "mail", "reports"):
        set_module(amina, name, False)
    assert "We promised" not in desk.get(url("conversation", conversation)).content.decode()
    assert desk.get("/desk/?in=mine").status_code == 200


def test_write_to_a_customer(desk, guests):
    fields = {"to": "noor@mail.example", "subject": "Your bag", "queue": guests.pk, "body": "We found it."}
    assert desk.post("/desk/new/", fields).status_code == 302
    begun = Conversation.objects.get()
    assert (begun.subject, begun.state) == ("Your bag", "waiting")


def test_a_failed_mail_is_shown_with_its_reason(desk, guests):
    conversation = arrival(guests)
    reply(desk, conversation)
    row = OutboxRow.objects.get(kind="mail")
    OutboxRow.objects.filter(pk=row.pk).update(state="dead", attempts=3, last_error="550 mailbox full")
    conversation.messages.filter(kind="outbound").update(status=Message.Status.FAILED)
    assert "550 mailbox full" in desk.get("/desk/?in=failed").content.decode()
    assert "did not leave" in desk.get(url("conversation", conversation)).content.decode()
    assert desk.post(reverse("desk:resend", args=[row.pk])).status_code == 403
    sam = signed_in(person("Sam Okonjo", "supervisor"))
    sam.post(reverse("desk:resend", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "waiting"


def test_pages_of_the_list_join_without_a_gap(desk, guests):
    for _number in range(35):
        arrival(guests)
    page = desk.get("/desk/?in=all").content.decode()
    assert page.count('class="row ') == 30
    after = page.split('hx-get="/desk/more/?in=all&amp;after=')[1].split("&amp;")[0]
    rest = desk.get(f"/desk/more/?in=all&after={after}&last=later").content.decode()
    assert rest.count('class="row ') == 5
    whole = desk.get("/desk/?in=all&depth=2").content.decode()
    assert whole.count('class="row ') == 35


def test_a_broken_cursor_is_not_found(desk):
    assert desk.get("/desk/?after=rubbish").status_code == 404


@pytest.mark.parametrize(
    "name", ["all", "mine", "offers", "drafts", "silent", "failed", "spam", "closed", "x"]
)
def test_every_empty_list_teaches(desk, name):
    page = desk.get(f"/desk/?in={name}").content.decode()
    assert 'class="empty"' in page


def _queries(client, address):
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_statements_do_not_depend_on_rows(desk, guests):
    promise(60)
    few = [arrival(guests) for _n in range(3)]
    counts = []
    for more in (0, 57):
        for _n in range(more):
            arrival(guests, name="Noor Haddad", conversation_ref=None)
            arrival(guests, conversation_ref=few[0].pk)
        desk.get("/desk/")
        counts.append(
            [
                _queries(desk, "/desk/?in=all"),
                _queries(desk, url("conversation", few[0])),
            ]
        )
    assert counts[0] == counts[1]
    assert counts[0][0] <= 25
    assert counts[0][1] <= 45


def test_pictures_from_outside_are_fetched_only_when_asked_for(desk, guests):
    html = sanitised('<p>Hi <img src="https://far.example/x.png"><img src="http://far.example/y.png"></p>')
    message = arrival(guests, html=html).messages.get(kind="inbound")
    address = reverse("desk:as_sent", args=[message.conversation_id, message.pk])
    shut, opened = desk.get(address), desk.get(address, {"images": 1})
    assert b' src="https://far.example' not in shut.content
    assert b' src="https://far.example/x.png"' in opened.content
    assert b' src="http:' not in opened.content
    assert "https:" in opened["Content-Security-Policy"] and "https:" not in shut["Content-Security-Policy"]


def test_a_higher_priority_brings_the_promise_nearer_and_a_lower_one_takes_nothing_back(desk, guests, amina):
    rule = promise(60)
    urgent = Policy.objects.create(
        name="Urgent", calendar=rule.calendar, priority=4, first_response_minutes=10
    )
    conversation = arrival(guests)
    before = conversation.clocks.get(kind="first_response").due_at
    desk.post(url("priority", conversation), {"priority": "4"})
    clock = conversation.clocks.get(kind="first_response")
    assert (clock.policy, clock.target_minutes) == (urgent, 10)
    assert clock.due_at < before
    conversation.placement.refresh_from_db()
    assert (conversation.placement.priority, conversation.placement.due_at) == (4, clock.due_at)
    page = desk.get(url("conversation", conversation)).content.decode()
    assert "Priority: urgent" in page
    assert "Brought nearer" in page
    desk.post(url("priority", conversation), {"priority": "1"})
    assert conversation.clocks.get(kind="first_response").due_at == clock.due_at
    assert desk.post(url("priority", conversation), {"priority": "9"}).status_code == 404
    desk.post(url("hand_over", conversation), {"queue": queue(amina, name="Billing").pk})
    assert Placement.objects.get(conversation=conversation).priority == 1
    kinds = Fact.objects.filter(kind="conversation.prioritised").values_list("values", flat=True)
    assert list(kinds) == [{"priority": 4, "before": 2}, {"priority": 1, "before": 4}]
