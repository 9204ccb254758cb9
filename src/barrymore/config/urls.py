"""Every address of the house."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from barrymore.channels.devices.views import enrolment
from barrymore.config.api import api
from barrymore.feedback.urls import campaigns, said
from barrymore.quality.urls import bonus

handler400 = handler404 = "barrymore.web.views.not_found"
handler403 = "barrymore.web.views.not_allowed"
handler429 = "barrymore.web.views.too_many"
handler500 = "barrymore.web.views.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("desk/", include("barrymore.desk.urls")),
    path("recovery/", include("barrymore.desk.recovery_urls")),
    path("customers/", include("barrymore.customers.urls")),
    path("settings/", include("barrymore.organisation.urls")),
    path("settings/queues/", include("barrymore.routing.urls")),
    path("settings/", include("barrymore.sla.urls")),
    path("settings/", include("barrymore.conversations.urls")),
    path("settings/telephone/", include("barrymore.telephony.urls")),
    path("settings/surveys/", include("barrymore.feedback.urls")),
    path("served/", include("barrymore.feedback.served_urls")),
    path("settings/campaigns/", include((campaigns, "campaigns"))),
    path("settings/bonus/", include((bonus, "bonus"))),
    path("feedback/", include((said, "said"))),
    path("phone/", include("barrymore.telephony.phone_urls")),
    path("quality/", include("barrymore.quality.urls")),
    path("reports/", include("barrymore.reports.urls")),
    path("r/", include("barrymore.channels.recovery_link.urls")),
    path("", include("barrymore.alerts.urls")),
    path("s/", include("barrymore.channels.survey_link.urls")),
    path("results/", include("barrymore.channels.results_link.urls")),
    path("q/", include("barrymore.channels.public_link.urls")),
    path("w/", include("barrymore.channels.review_link.urls")),
    path("chat/", include("barrymore.channels.chat.urls")),
    path("sms/", include("barrymore.channels.sms.urls")),
    path("forms/", include("barrymore.channels.form.urls")),
    path("p/", include("barrymore.channels.devices.urls")),
    path("kiosk/", include("barrymore.channels.kiosk.urls")),
    path("enrol/<str:code>/", enrolment, name="enrolment"),
    path("ui/", include("barrymore.ui.urls")),
    path("demo/", include("barrymore.demo.urls")),
    path("", include("barrymore.web.urls")),
]
