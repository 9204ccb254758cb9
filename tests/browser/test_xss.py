"""What customers send runs nothing and fetches nothing, on any page that shows it."""

import pytest

from barrymore.channels.chat.models import Widget
from barrymore.channels.mail.sanitising import plain_text, sanitised
from barrymore.conversations.files import store_file
from barrymore.conversations.models import Attachment, Conversation
from barrymore.customers.models import Customer
from tests.channels.test_sanitising import CORPUS
from tests.desk.builders import arrival

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
MARK = "<script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)>"
QUOTED = '"\'><svg onload=alert(1)><img src="//evil.example/q" onerror="alert(1)">'
TEMPLATE = "{{ 7|add:7 }}{% load x %}${alert(1)}javascript:alert(1)"

# Whether a script ran, and how many of the mail's scripts and handlers have become part of the page.
TRACES = """[window.ran === true,
  [...document.scripts].filter((one) => one.textContent.includes("alert(1)")).length,
  document.querySelectorAll("[onerror], [onload], [ontoggle], [onfocus]").length]"""


@pytest.fixture
def hostile(house):
    """A mail with everything; nothing but its HTML has been cleaned."""
    page = "\n".join(CORPUS)
    attacked = arrival(
        house.guests,
        name=f"Mallory {QUOTED}",
        address="mallory@evil.example",
        subject=MARK + QUOTED,
        text=plain_text(page) + "\n" + MARK + QUOTED + TEMPLATE + page,
        html=sanitised(page),
        recipients={"cc": [f'"{MARK}"@evil.example', "javascript:alert(1)@evil.example"]},
    )
    attacked.customer.name, attacked.customer.note, attacked.customer.role = MARK, QUOTED, TEMPLATE
    attacked.customer.save()
    message = attacked.messages.get(kind="inbound")
    for name in (MARK, QUOTED, TEMPLATE):
        fields = store_file("x", b"\x89PNG\r\n\x1a\n" + name.encode())
        Attachment.objects.create(message=message, **{**fields, "name": name})
    return attacked


def asked_for(request):
    """Whether this is a picture in a frame whose reader has asked for the pictures."""
    return request.resource_type == "image" and "images=1" in request.frame.url


def watched(page, house, alarms):
    """Note every dialog, every request to a foreign host and every trace of a script that ran."""
    page.add_init_script("window.alert = () => { window.ran = true; console.log('RAN'); };")
    page.on("dialog", lambda dialog: (alarms.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda told: alarms.append("alert") if told.text == "RAN" else None)
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((house.url, "data:", "about:", "blob:")) or asked_for(request)
            else alarms.append(request.url)
        ),
    )
    return page


def test_the_corpus_runs_nothing_and_asks_no_foreign_host(house, hostile, enter):
    alarms = []
    page = watched(enter("/account/login/", house.dora), house, alarms)
    message = hostile.messages.get(kind="inbound")
    desk = f"/desk/{hostile.pk}"
    for address in (
        f"{desk}/",
        f"{desk}/?view=card",
        f"{desk}/message/{message.pk}/",
        f"{desk}/message/{message.pk}/?images=1",
        f"{desk}/message/{message.pk}/forward/",
        "/desk/",
        f"/desk/new/?to={MARK}",
        "/customers/",
        f"/customers/?q={MARK}",
        f"/customers/{hostile.customer_id}/",
        "/reports/satisfaction/",
        f"/reports/satisfaction/?by={MARK}",
        "/welcome/",
        *(f"{desk}/file/{file.pk}/?show=1" for file in message.attachments.all()),
    ):
        page.goto(address)
        page.wait_for_load_state("load")
        assert page.evaluate(TRACES) == [False, 0, 0], address
    assert alarms == []


def test_opened_by_the_list_and_its_frame_it_runs_nothing(house, hostile, enter):
    alarms = []
    page = watched(enter("/desk/", house.amina), house, alarms)
    page.reload()
    page.locator(f"#row-{hostile.pk} .row-link").click()
    page.locator(".as-sent summary").click()
    frame = page.frame_locator(".as-sent iframe")
    assert frame.locator("body").inner_text()
    page.locator(".as-sent a", has_text="Show pictures").click()
    page.wait_for_timeout(500)
    for key in ("a", "Escape", "c", "Escape", "?"):
        page.keyboard.press(key)
    assert not page.evaluate("window.ran === true")
    assert alarms == []


def test_the_watch_itself_would_notice(house, enter):
    """Without this, a broken watch would pass for a safe house."""
    alarms = []
    page = watched(enter("/account/login/"), house, alarms)
    page.reload()
    page.evaluate("alert(1)")
    page.evaluate("new Image().src = 'https://evil.example/x'")
    page.evaluate("fetch('https://evil.example/y').catch(() => 0)")
    page.wait_for_timeout(300)
    assert "alert" in alarms


def test_a_chat_runs_nothing_at_either_end(house, enter):
    alarms = []
    widget = house.widget
    Widget.objects.update(greeting=MARK + TEMPLATE)
    visitor = watched(enter("about:blank"), house, alarms)
    visitor.goto(f"{house.url}/chat/{widget.key}/")
    visitor.locator("textarea").fill(MARK + QUOTED + TEMPLATE)
    visitor.get_by_role("button", name="Send").click()
    visitor.locator(".chat-who").first.wait_for()
    # Nobody but the page around the window may speak for a visitor.
    begun = []
    visitor.on("request", lambda request: begun.append(request.url) if "/begin/" in request.url else None)
    identity = {"ref": "1", "email": "lee@guests.example", "name": "", "hash": "0"}
    visitor.evaluate(
        "told => { window.postMessage(told, '*'); }", {"barrymore": "identity", "identity": identity}
    )
    agent = watched(enter("about:blank", house.amina), house, alarms)
    found = Conversation.objects.get(channel="chat")
    Customer.objects.filter(pk=found.customer_id).update(name=MARK + QUOTED)
    agent.goto(f"{house.url}/desk/{found.pk}/")
    agent.locator(".message").first.wait_for()
    assert agent.evaluate(TRACES) == visitor.evaluate(TRACES) == [False, 0, 0]
    assert (alarms, begun) == ([], [])
