"""Every address of the house, and that of device events, which in the house the raw edge serves."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from barrymore.channels.devices.reading import read_batch
from barrymore.channels.devices.selectors import device_of_key
from barrymore.channels.devices.writer import Batch, write
from barrymore.config.urls import urlpatterns as house
from barrymore.journal.moment import now


@csrf_exempt
def events(request: HttpRequest, device_id: int) -> HttpResponse:
    """Read and write as the edge does, in the thread of the request."""
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if device_of_key(key) != device_id:
        return HttpResponse(json.dumps({"status": 401}), status=401)
    at = now()
    return JsonResponse(write([Batch(device_id, at, read_batch(device_id, request.body, at))])[0].__dict__)


urlpatterns = [path("api/v1/devices/<int:device_id>/events", events), *house]
