"""The REST root: routers, tokens, and failures as problem details (RFC 9457)."""

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from barrymore.channels.api import router as channels_router
from barrymore.channels.counts.api import router as counts_router
from barrymore.channels.devices.api import router as devices_router
from barrymore.channels.devices.screen_api import router as screens_router
from barrymore.channels.imports.api import router as imports_router
from barrymore.channels.public_link.api import router as links_router
from barrymore.config.problem_middleware import problem
from barrymore.customers.api import router as customers_router
from barrymore.customers.recognition import BadAddress
from barrymore.desk.api import router as desk_router
from barrymore.desk.recovery_api import router as recovery_router
from barrymore.feedback.api import router as feedback_router
from barrymore.feedback.campaign_api import router as campaigns_router
from barrymore.feedback.results_api import router as results_router
from barrymore.feedback.services import CaseClosed
from barrymore.figures.api import router as figures_router
from barrymore.figures.refused import INSTEAD, REASON, NotAFigure
from barrymore.organisation.access import Actor, NotAllowed
from barrymore.organisation.api import router as points_router
from barrymore.organisation.selectors import actor_of_token
from barrymore.organisation.services import KeyReused
from barrymore.quality.api import router as quality_router
from barrymore.quality.bonus_api import router as bonus_router
from barrymore.reports.api import router as reports_router
from barrymore.reports.experiments_api import router as experiments_router
from barrymore.reports.points_api import router as compared_router
from barrymore.reports.summary_api import router as summary_router
from barrymore.routing.services import AlreadyTaken
from barrymore.telephony.api import router as calls_router
from barrymore.web.care_api import router as care_router
from barrymore.web.kit_api import router as kit_router
from barrymore.web.people_api import router as people_router
from barrymore.web.sso.api import router as sign_in_router

MOST_FAULTS = 20


class Token(HttpBearer):
    """`Authorization: Bearer bm_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor behind the token."""
        return actor_of_token(token)


api = NinjaAPI(
    title="Barrymore",
    version="1",
    description="Every contact, every promise, every honest figure. "
    "Lists page by cursor; failures are problem details; POST takes an Idempotency-Key.",
    auth=Token(),
)
for router in (
    channels_router,
    devices_router,
    screens_router,
    counts_router,
    imports_router,
    desk_router,
    recovery_router,
    calls_router,
    care_router,
    kit_router,
    customers_router,
    feedback_router,
    campaigns_router,
    links_router,
    results_router,
    figures_router,
    quality_router,
    bonus_router,
    compared_router,
    experiments_router,
    summary_router,
    reports_router,
    people_router,
    points_router,
    sign_in_router,
):
    api.add_router("", router)


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(401, "No valid token", "Send `Authorization: Bearer <token>` with a live token.")


@api.exception_handler(NotAllowed)
def _not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    return problem(403, "Not allowed", f"The token or its owner lacks {error.permission}.")


@api.exception_handler(ObjectDoesNotExist)
@api.exception_handler(Http404)
def _not_there(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404, "Not found", "There is no such thing, or this token may not see it.")


@api.exception_handler(ValidationError)
def _wrong_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        {"where": ".".join(map(str, fault["loc"])), "what": fault["msg"]}
        for fault in error.errors[:MOST_FAULTS]
    ]
    return problem(422, "Wrong shape", "Mend the fields named in `errors`.", errors=faults)


@api.exception_handler(KeyReused)
def _key_reused(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(422, "Idempotency-Key used before", "The key came with another body; use a new key.")


@api.exception_handler(AlreadyTaken)
def _taken(request: HttpRequest, error: AlreadyTaken) -> HttpResponse:
    return problem(409, "Already taken", f"{error.owner} has taken it.")


@api.exception_handler(CaseClosed)
def _case_closed(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(
        409, "Already answered or closed", "This invitation has its answer; it cannot take another."
    )


@api.exception_handler(BadAddress)
def _bad_address(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(
        422, "No such address", f"{str(error)!r} is neither a mail address nor a telephone number."
    )


@api.exception_handler(NotAFigure)
def _not_a_figure(request: HttpRequest, error: NotAFigure) -> HttpResponse:
    more = {"metric": error.metric, "estimate": None, "reason": REASON, "instead": INSTEAD}
    return problem(422, "No figure", f"{error} {INSTEAD}", **more)


@api.exception_handler(ValueError)
def _bad_value(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(422, "Cannot be done", str(error) or type(error).__name__)


@api.exception_handler(OverflowError)
@api.exception_handler(DataError)
def _out_of_range(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(422, "Cannot be done", "A number, a date or a text is larger than can be kept.")


@api.exception_handler(IntegrityError)
def _clash(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(409, "Clash", "A value is missing, or another call did the same just now. Send it again.")


@api.exception_handler(RecursionError)
def _too_deep(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(400, "Refused", "The body is nested too deep.")


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(413, "Too large", f"At most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes at once.")


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "Refused", str(error))
