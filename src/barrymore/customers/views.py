"""Pages of the customers: search, and one customer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from barrymore.customers.forms import CustomerForm
from barrymore.customers.models import Customer
from barrymore.customers.selectors import card_of, find_customers, newest_customers
from barrymore.customers.services import change_customer
from barrymore.organisation.access import Actor
from barrymore.organisation.pages import page


@require_GET
@page("customers.read")
def customers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Find by the beginning of a name or an address; without words the newest."""
    words = request.GET.get("q", "").strip()[:100]
    found = find_customers(words, 50) if words else newest_customers()
    return render(request, "customers/customers.html", {"customers": found, "words": words})


@require_http_methods(["GET", "POST"])
@page("customers.read")
def customer(request: HttpRequest, actor: Actor, customer_id: int) -> HttpResponse:
    """One customer with addresses, bookings and purchases."""
    found = get_object_or_404(Customer.objects.select_related("account"), pk=customer_id)
    known = {key: getattr(found, key) for key in ("name", "language", "role", "note")}
    form = CustomerForm(
        request.POST or None, initial={**known, "account": found.account.name if found.account else ""}
    )
    if request.method == "POST":
        actor.need("customers.write")
        if form.is_valid():
            change_customer(found, **form.cleaned_data)
            messages.success(request, _("Kept."))
            return redirect("customers:customer", found.pk)
    context = {"card": card_of(found, None), "form": form, "may_edit": actor.may("customers.write")}
    return render(request, "customers/customer.html", context)
