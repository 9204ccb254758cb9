"""Settings pages of the imports: upload, what a check has found, progress, result, undo."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from barrymore.channels.imports import services
from barrymore.channels.imports.keeping import TooLarge, remove_upload, store_upload
from barrymore.channels.imports.models import Import
from barrymore.channels.imports.selectors import faults_csv, imports
from barrymore.channels.imports.services import CannotImport
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page
from barrymore.web.import_forms import ImportForm, list_row, shown

NEWEST = 50
ACTS = {"run": services.start, "cancel": services.cancel, "undo": services.start_undo}


@require_http_methods(["GET", "POST"])
@page("settings.manage")
def all_imports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All imports, and a new one."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (job := _begun(actor, form)):
        return HttpResponseRedirect(reverse("imports:one", args=[job.pk]))
    rows = [{"job": job, "detail": list_row(job)} for job in imports()[:NEWEST]]
    context = {"title": _("Import"), "form": form, "rows": rows}
    return render(request, "web/imports.html", context)


def _begun(actor: Actor, form: ImportForm) -> Import | None:
    """The import, or None with the reason in the form."""
    file = form.cleaned_data["file"]
    path = ""
    try:
        services.checked(form.wish())
        path, size = store_upload(file.chunks())
        return services.begin(actor.staff, form.wish(), file.name, path, size)
    except (CannotImport, TooLarge) as error:
        remove_upload(path)
        form.add_error(None, str(error))
        return None


@require_GET
@page("settings.manage")
def one(request: HttpRequest, actor: Actor, import_id: int) -> HttpResponse:
    """One import, from its check to its undo."""
    job = get_object_or_404(imports(), pk=import_id)
    more = {"title": job.name, "up_url": reverse("imports:imports"), "up_title": _("Import")}
    return render(request, "web/import.html", {**shown(job), **more})


@require_POST
@page("settings.manage")
def act(request: HttpRequest, actor: Actor, import_id: int, verb: str) -> HttpResponse:
    """Run, cancel or undo."""
    if verb not in ACTS:
        raise Http404
    get_object_or_404(Import, pk=import_id)
    try:
        ACTS[verb](actor.staff, import_id)
    except CannotImport as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("imports:one", args=[import_id]))


@require_GET
@page("settings.manage")
def errors(request: HttpRequest, actor: Actor, import_id: int) -> StreamingHttpResponse:
    """What could not be read, as CSV."""
    job = get_object_or_404(Import, pk=import_id)
    answer = StreamingHttpResponse(faults_csv(job), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{job.pk}-errors.csv"'
    return answer
