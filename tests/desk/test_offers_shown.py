"""Offers stand above the list without pushing it down."""

from datetime import UTC, datetime, timedelta

import pytest

from barrymore.routing.models import Offer
from tests.desk.builders import arrival, person, queue, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown():
    amina = person()
    guests, desk = queue(amina, is_default=True), signed_in(amina)

    def offered(count, address="/desk/"):
        at = datetime.now(UTC)
        for number in range(count):
            conversation = arrival(guests, subject=f"Question {number}")
            until = at + timedelta(minutes=2)
            Offer.objects.create(conversation=conversation, staff=amina, offered_at=at, expires_at=until)
        return desk.get(address).content.decode()

    return offered


def test_one_offer_needs_no_fold(shown):
    page = shown(1)
    assert page.count('class="offer"') == 1
    assert '<details class="offers"' not in page


def test_several_offers_are_one_and_a_line(shown):
    page = shown(3)
    first, folded = page.split('<details class="offers" id="offers">')
    assert (first.count('class="offer"'), folded.split("</details>")[0].count('class="offer"')) == (1, 2)
    assert "2 more offers wait for you" in folded
    assert page.count('data-key="t"') == 1


def test_the_list_of_offers_folds_none(shown):
    page = shown(3, "/desk/?in=offers")
    assert page.count('class="offer"') == 3
    assert '<details class="offers"' not in page
