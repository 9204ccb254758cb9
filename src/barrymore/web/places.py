"""Where somebody can have another role: the sites and the queues, by their scope."""

from django.utils.translation import gettext as _

from barrymore.organisation.models import Site
from barrymore.routing.models import Queue


def place_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Sites and queues in groups, for a list to choose from."""
    sites = [(f"site:{pk}", name) for pk, name in Site.objects.values_list("pk", "name")]
    queues = [
        (f"queue:{queue.pk}", f"{queue.name} ({queue.site})" if queue.site else queue.name)
        for queue in Queue.objects.filter(is_active=True).select_related("site")
    ]
    return [(_("Sites"), sites), (_("Queues"), queues)]


def place_names() -> dict[str, str]:
    """The name of each place by its scope."""
    return {scope: name for _group, places in place_choices() for scope, name in places}
