"""REST of the imports: upload, look, run, cancel, undo, and what could not be read."""

from typing import Any, Literal

from django.http import HttpRequest, StreamingHttpResponse
from ninja import File, Form, Header, Router, Schema
from ninja.files import UploadedFile

from barrymore.channels.imports import services
from barrymore.channels.imports.keeping import remove_upload, store_upload
from barrymore.channels.imports.models import Import
from barrymore.channels.imports.selectors import faults_csv, first_faults, imports, staying, told
from barrymore.channels.imports.services import Wish, names_of
from barrymore.organisation.access import Actor, actor_of
from barrymore.organisation.services import once_if_keyed

router = Router(tags=["imports"])
PERMISSION = "settings.manage"
PAGE = 50


class ImportIn(Schema):
    """How to import. `own_addresses` by comma; `open` says what becomes of conversations still open there."""

    kind: Literal["mbox", "zendesk", "chatwoot"]
    queue: int | None = None
    open: Literal["queue", "close"] = "queue"
    own_addresses: str = ""
    days: int = 30


def _allowed(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need(PERMISSION)
    return actor


@router.post("/imports")
def post_import(
    request: HttpRequest,
    wished: Form[ImportIn],
    file: File[UploadedFile],
    idempotency_key: Header[str | None] = None,
) -> dict[str, Any]:
    """Upload a file; it is checked at once, and nothing is written before POST …/run."""
    actor = _allowed(request)
    wish = Wish(
        wished.kind, wished.queue, wished.open == "close", names_of(wished.own_addresses), wished.days
    )
    services.checked(wish)
    return _begun(actor, wish, file, idempotency_key, wished.dict())


def _begun(
    actor: Actor, wish: Wish, file: UploadedFile, key: str | None, body: dict[str, Any]
) -> dict[str, Any]:
    path, size = store_upload(file.chunks())
    used: list[str] = []

    def work() -> dict[str, Any]:
        used.append(path)
        return told(services.begin(actor.staff, wish, file.name or "", path, size))

    try:
        return once_if_keyed(actor.token_ref, key, {**body, "file": file.name, "size": size}, work)
    except BaseException:
        used.clear()
        raise
    finally:
        if not used:
            remove_upload(path)


@router.get("/imports")
def get_imports(request: HttpRequest, cursor: int | None = None) -> dict[str, Any]:
    """The imports, newest first; `next` is the `cursor` of the next page."""
    _allowed(request)
    found = imports().filter(pk__lt=cursor) if cursor else imports()
    page = list(found[: PAGE + 1])
    more = page[PAGE - 1].pk if len(page) > PAGE else None
    return {"items": [told(job) for job in page[:PAGE]], "next": more}


@router.get("/imports/{import_id}")
def get_import(request: HttpRequest, import_id: int) -> dict[str, Any]:
    """One import with its counts, its first errors and what an undo has left."""
    _allowed(request)
    job = imports().get(pk=import_id)
    shown = [
        {"row": one.row, "what": one.what, "what_to_do": one.what_to_do, "kept": one.is_kept}
        for one in first_faults(job)
    ]
    left = [{"conversation_id": one.conversation_id, "source_id": one.source_id} for one in staying(job)]
    return {**told(job), "errors": shown, "samples": job.samples, "stayed": left}


@router.post("/imports/{import_id}/run")
def run_import(
    request: HttpRequest, import_id: int, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Take over what was checked; look at the import for its progress."""
    return _moved(request, import_id, "run", idempotency_key)


@router.post("/imports/{import_id}/cancel")
def cancel_import(
    request: HttpRequest, import_id: int, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Stop; what has come stays until it is undone."""
    return _moved(request, import_id, "cancel", idempotency_key)


@router.post("/imports/{import_id}/undo")
def undo_import(
    request: HttpRequest, import_id: int, idempotency_key: Header[str | None] = None
) -> dict[str, Any]:
    """Remove what nobody has touched since; what somebody has touched stays and is named."""
    return _moved(request, import_id, "undo", idempotency_key)


def _moved(request: HttpRequest, import_id: int, verb: str, key: str | None) -> dict[str, Any]:
    actor = _allowed(request)
    act = {"run": services.start, "cancel": services.cancel, "undo": services.start_undo}[verb]
    body = {"import": import_id, "verb": verb}
    return once_if_keyed(actor.token_ref, key, body, lambda: told(act(actor.staff, import_id)))


@router.get("/imports/{import_id}/errors")
def get_errors(request: HttpRequest, import_id: int) -> StreamingHttpResponse:
    """What could not be read, as CSV."""
    _allowed(request)
    return errors_csv(imports().get(pk=import_id))


def errors_csv(job: Import) -> StreamingHttpResponse:
    """The faults of an import as a file."""
    answer = StreamingHttpResponse(faults_csv(job), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{job.pk}-errors.csv"'
    return answer
