"""Selectors whose SQL is written once answer as their querysets do."""

import threading

import pytest
from django.db import connections
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from barrymore.conversations.models import Conversation
from barrymore.journal.moment import now
from barrymore.organisation.models import Site, Staff
from barrymore.organisation.prepared import CannotPrepare, Prepared

pytestmark = pytest.mark.django_db

SITES = ("Old Town", "Harbour", "Airport")


@pytest.fixture
def sites() -> list[Site]:
    return [Site.objects.create(name=name) for name in SITES]


def test_the_rows_are_those_of_the_queryset(sites: list[Site]) -> None:
    by_ref = Prepared(lambda ref: Site.objects.filter(pk=ref))

    assert [by_ref(site.pk) for site in sites] == [[site] for site in sites]
    assert by_ref(0) == []


def test_the_first_row_or_none(sites: list[Site]) -> None:
    named = Prepared(lambda name: Site.objects.filter(name=name)[:1])

    assert named.first("Harbour") == sites[1]
    assert named.first("Nowhere") is None


def test_a_word_that_looks_like_sql_is_only_a_word(sites: list[Site]) -> None:
    named = Prepared(lambda name: Site.objects.filter(name=name))

    assert named("' OR 1=1 --") == []
    assert Site.objects.count() == len(SITES)


def test_a_tuple_may_have_any_length_but_none(sites: list[Site]) -> None:
    among = Prepared(lambda refs: Site.objects.filter(pk__in=refs).order_by("pk"))

    assert among((sites[0].pk,)) == [sites[0]]
    assert among((sites[2].pk, sites[0].pk)) == [sites[0], sites[2]]
    with pytest.raises(CannotPrepare, match="other words"):
        among(())


def test_values_in_any_order_and_twice(sites: list[Site]) -> None:
    either = Prepared(
        lambda name, ref: (
            Site.objects.filter(Q(pk=ref) | Q(name=name)).exclude(name=name, pk=ref).order_by("pk")
        )
    )

    assert either("Airport", sites[0].pk) == [sites[0], sites[2]]
    assert either("Airport", sites[2].pk) == []


def test_related_objects_and_plain_values_come_along(amina: Staff, sites: list[Site]) -> None:
    moment = now()
    Conversation.objects.create(
        subject="A bill", channel="mail", site=sites[1], owner=amina, opened_at=moment, last_message_at=moment
    )
    of_owner = Prepared(lambda ref: Conversation.objects.filter(owner=ref).select_related("site", "owner"))
    subjects = Prepared(
        lambda ref: Conversation.objects.filter(owner=ref).values("subject", place=F("site__name"))
    )
    of_owner(amina.pk)

    with CaptureQueriesContext(connections["default"]) as asked:
        [found] = of_owner(amina.pk)
        assert (found.site.name, found.owner.name) == ("Harbour", amina.name)
        assert subjects(amina.pk) == [{"subject": "A bill", "place": "Harbour"}]

    assert len(asked) == 2


def test_what_one_caller_does_to_its_rows_no_other_sees(sites: list[Site]) -> None:
    by_ref = Prepared(lambda ref: Site.objects.filter(pk=ref))
    by_ref(sites[0].pk)[0].name = "Changed"

    assert by_ref.first(sites[0].pk).name == "Old Town"


def test_the_queryset_is_built_once_for_a_kind_of_value(sites: list[Site]) -> None:
    built: list[object] = []
    by_ref = Prepared(lambda ref: built.append(ref) or Site.objects.filter(pk=ref))  # type: ignore[func-returns-value]

    for site in sites:
        by_ref(site.pk)

    assert len(built) == 1


def test_nothing_is_no_value() -> None:
    at_site = Prepared(lambda site: Conversation.objects.filter(site=site))

    with pytest.raises(CannotPrepare, match="None is asked for in other words"):
        at_site(None)  # type: ignore[arg-type]


def test_a_value_that_the_sql_does_not_hold_is_refused() -> None:
    by_shout = Prepared(lambda name: Site.objects.filter(name=name.upper()))

    with pytest.raises(CannotPrepare, match="of 1 values"):
        by_shout("Harbour")


@pytest.mark.django_db(transaction=True)
def test_threads_share_what_is_written_and_not_their_connection() -> None:
    site = Site.objects.create(name="Harbour")
    by_ref, found = Prepared(lambda ref: Site.objects.filter(pk=ref)), []
    by_ref(site.pk)

    def ask() -> None:
        try:
            found.extend(by_ref(site.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [site] * 4
