"""The wish to be called that an answer has left: which one it is, and that it has become work."""

from barrymore.conversations.models import Conversation
from barrymore.conversations.services import refs_of
from barrymore.feedback.models import CallWish
from barrymore.journal.moment import now
from barrymore.journal.services import record


def wish_behind(key: str) -> CallWish | None:
    """The wish in an answer, by the key that its recovery shares with it."""
    return CallWish.objects.filter(response__key=key).select_related("response").first()


def tie_wish(wish: CallWish, conversation: Conversation, *, is_recovery: bool = False) -> None:
    """The wish has become work, which is one fact."""
    CallWish.objects.filter(pk=wish.pk).update(taken_at=now(), conversation=conversation)
    refs, said = refs_of(conversation), wish.response
    refs["dims"] = {**refs["dims"], "point": said.point_ref, "campaign": said.campaign_id, "mode": said.mode}
    refs["values"] = {"recovery": is_recovery}
    record("callback.wished", f"wish:{wish.pk}:opened", at=said.at, **refs)
