"""Which queues a person may see or manage: by the role they have in each."""

from typing import Any

from django.db.models import Exists, Q, QuerySet

from barrymore.organisation.access import Actor, permissions_of
from barrymore.organisation.models import Post, Role, Site, Staff
from barrymore.organisation.prepared import Prepared
from barrymore.routing.models import Queue

SHOWN = ("pk", "name")
SEES_ALL_QUEUES = [Role.ADMINISTRATOR, Role.OWNER, Role.SUPERVISOR, Role.QUALITY]


def visible_queues(staff: Staff) -> QuerySet[Queue]:
    """The active queues whose conversations a person may see."""
    return queues_where(staff, "conversations.read").filter(is_active=True)


def seen_queues(staff: Staff) -> list[dict[str, Any]]:
    """Number (`pk`) and name of the visible queues, in the house's order."""
    if staff.held_posts or "conversations.read" not in permissions_of(staff):
        return list(visible_queues(staff).values(*SHOWN))
    found = _seen_by_site if staff.role in SEES_ALL_QUEUES else _seen_at_work
    return found(staff.pk)


def queues_where(staff: Staff, permission: str) -> QuerySet[Queue]:
    """The queues in which a person holds a permission, those out of use too.

    A role of all queues means those of the person's sites (or all, where no site is named); another
    role means those they work in. What they are in a queue or at its site holds there instead.
    """
    if not staff.held_posts:
        return Queue.objects.filter(_by_own_role(staff, permission))
    posts = list(staff.held_posts.values())
    at_queues = Q(pk__in=_refs("queue", posts))
    at_sites = Q(site__in=_refs("site", posts))
    allowing = [post for post in posts if permission in permissions_of(post)]
    wide = [post for post in allowing if post.role in SEES_ALL_QUEUES]
    narrow = [post for post in allowing if post.role not in SEES_ALL_QUEUES]
    by_site = Q(site__in=_refs("site", wide)) | Q(site__in=_refs("site", narrow)) & _worked_in(staff)
    return Queue.objects.filter(
        Q(pk__in=_refs("queue", allowing))
        | ~at_queues & (by_site | ~at_sites & _by_own_role(staff, permission))
    )


def may_put(actor: Actor, site: Site | None) -> bool:
    """Whether a person looks after all queues of a site, or of no site."""
    post = actor.staff.held_posts.get(f"site:{site.pk}") if site else None
    if post is not None:
        return "queues.manage" in permissions_of(post)
    own = set(actor.staff.sites.values_list("pk", flat=True))
    return actor.may("queues.manage") and (not own or (site is not None and site.pk in own))


def _by_own_role(staff: Staff, permission: str) -> Q:
    if permission not in permissions_of(staff):
        return Q(pk__in=[])
    if staff.role not in SEES_ALL_QUEUES:
        return _worked_in(staff)
    return _by_site(staff.pk)


def _by_site(staff_ref: int) -> Q:
    own = Staff.sites.through.objects.filter(staff=staff_ref)
    return Q(site=None) | Q(site__in=own.values("site")) | Q(~Exists(own))


def _worked_in(staff: Staff | int) -> Q:
    return Q(pk__in=Queue.members.through.objects.filter(staff=staff).values("queue"))


_seen_by_site = Prepared(lambda ref: Queue.objects.filter(_by_site(ref), is_active=True).values(*SHOWN))
_seen_at_work = Prepared(lambda ref: Queue.objects.filter(_worked_in(ref), is_active=True).values(*SHOWN))


def _refs(kind: str, posts: list[Post]) -> list[int]:
    """The numbers of the sites or queues that posts are about."""
    return [int(ref) for post in posts for name, _colon, ref in [post.scope.partition(":")] if name == kind]
