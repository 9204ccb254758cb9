"""The words of the kiosk in every language of the house, so that it changes language without a network."""

from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _


@cache
def words() -> dict[str, dict[str, str]]:
    """Words by language and name. A questionnaire brings its own for any other language."""
    told = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            told[code] = {**_asking(), **_photo(), **_around()}
    return told


def _asking() -> dict[str, str]:
    return {
        "great": _("Great"),
        "good": _("Good"),
        "meh": _("Not quite"),
        "bad": _("Bad"),
        "how": _("How was it?"),
        "one_touch": _("One touch is enough."),
        "next": _("Next"),
        "back": _("Back"),
        "send": _("Send"),
        "optional": _("if you like"),
        "refuse": _("I do not want to answer"),
        "name": _("Name"),
        "email": _("Mail address"),
        "phone": _("Telephone"),
        "needed": _("Please answer this first."),
        "contact_wrong": _("Write a mail address or a telephone number, so that we can reach you."),
        "speak": _("Speak"),
        "stop": _("Stop"),
        "again": _("Speak again"),
        "listening": _("We are listening: {n} s of {all}"),
        "recorded": _("Your message is {n} s long."),
        "no_microphone": _("The microphone does not work here. Tell anybody here instead."),
        "whom": _("Whom or what is it about?"),
        "search": _("Search"),
        "none_found": _("Nothing of that name."),
        "page": _("{n} of {all}"),
    }


def _photo() -> dict[str, str]:
    return {
        "photo_ask": _("Would you add a photo?"),
        "photo_show": _("Show the camera"),
        "photo_no": _("No photo"),
        "photo_take": _("Take the photo"),
        "photo_other": _("Take another"),
        "photo_send": _("Send this photo"),
        "photo_all": _("Blur everything"),
        "photo_middle": _("Blur the middle"),
        "photo_none": _("As it is"),
        "photo_how": _("What you see here is what is sent."),
        "photo_edge": _("A face outside the middle stays as it is."),
        "photo_broken": _("The camera does not work here. Your answer is kept all the same."),
        "photo_what": _("The picture of the camera"),
    }


def _around() -> dict[str, str]:
    return {
        "still": _("Still there?"),
        "still_text": _("The screen begins anew in {n} seconds. What you said so far will be sent."),
        "here": _("Yes, I am here"),
        "thanks": _("Thank you."),
        "thanks_text": _("The people who work here read what you say."),
        "next_guest": _("Ready for the next guest in {n} seconds"),
        "review": _("You may also write about us here:"),
        "full": _("Out of order."),
        "full_text": _(
            "Please tell the staff. This screen can keep no more answers until it has the network again."
        ),
        "nothing": _("Nothing is asked here now."),
        "cheer": _("Touch the smile."),
        "cheered": _("Have a lovely day."),
        "press": _("Press a button."),
        "languages": _("Languages"),
        "connect": _("Connect this screen"),
        "connect_text": _(
            "Type the code from Settings → Points → your kiosk, or scan its QR code with this device."
        ),
        "code": _("Code"),
        "code_wrong": _("This code does not work. It works once, for 15 minutes: ask for a new one."),
        "no_network": _("There is no network. Connect this device to it and try again."),
        "revoked": _(
            "This screen is no longer connected. Its answers are kept; connect it anew to send them."
        ),
        "no_store": _(
            "This browser keeps nothing here. Leave the private window, or allow the page to store data."
        ),
    }
