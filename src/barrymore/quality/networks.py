"""Networks are marked only while the staff know of it, and no mark outlives sixty days."""

from barrymore.feedback.keeping import forget_opened_networks
from barrymore.journal.moment import now
from barrymore.organisation.networks import KEPT_FOR, forget_networks, turn_key
from barrymore.quality.selectors import notice_that_holds


def networks_round() -> int:
    """Turn the key of the month and forget what is old; without a notice that names networks, all of it."""
    notice = notice_that_holds()
    if notice is None or not notice.names_networks:
        return forget_networks(None) + forget_opened_networks(None)
    turn_key()
    before = now() - KEPT_FOR
    return forget_networks(before) + forget_opened_networks(before)
