"""Where the gateway calls: a text has come, a text has arrived."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from barrymore.channels.sms.gateway import is_signed
from barrymore.channels.sms.models import SmsNumber
from barrymore.channels.sms.receiving import note_status, take_in
from barrymore.customers.recognition import BadAddress

NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
LONGEST_TEXT = 20_000


def _number(request: HttpRequest, number_id: int) -> SmsNumber | None:
    """The number called, if its gateway signed the call over our own public address."""
    found = SmsNumber.objects.filter(pk=number_id, is_active=True).first()
    params = {name: str(value) for name, value in request.POST.items()}
    url = f"{settings.BASE_URL}{request.get_full_path()}"
    signature = request.headers.get("X-Twilio-Signature", "")
    return found if found and is_signed(found, url, params, signature) else None


@csrf_exempt
@require_POST
def incoming(request: HttpRequest, number_id: int) -> HttpResponse:
    """A text; answered only after it is committed, so that the gateway brings it again otherwise."""
    number = _number(request, number_id)
    if number is None:
        return HttpResponse("not signed by the gateway\n", status=403, content_type="text/plain")
    text = request.POST.get("Body", "").replace("\x00", "")[:LONGEST_TEXT]
    media = request.POST.get("NumMedia", "0")
    if media.isascii() and media.isdigit() and media.strip("0"):
        text = f"{text}\n[{media[:4]} media: open them at the gateway]".strip()
    try:
        take_in(number, request.POST.get("From", ""), text, request.POST.get("MessageSid", "")[:250])
    except BadAddress:
        # A word instead of a number (a bank's name): nobody could be answered, the gateway need not repeat.
        return HttpResponse("the sender is no telephone number\n", status=400, content_type="text/plain")
    return HttpResponse(NOTHING_TO_SAY, content_type="text/xml")


@csrf_exempt
@require_POST
def status(request: HttpRequest, number_id: int, message_id: int) -> HttpResponse:
    """What became of a text of ours."""
    if _number(request, number_id) is None:
        return HttpResponse("not signed by the gateway\n", status=403, content_type="text/plain")
    note_status(message_id, request.POST.get("MessageStatus", ""), request.POST.get("ErrorCode", ""))
    return HttpResponse(status=204)
