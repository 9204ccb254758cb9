"""What people change once a month and every request reads: remembered for some seconds by each process."""

import time
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from django.conf import settings

T = TypeVar("T")


class Kept(Generic[T]):
    """The answer to one question to the database, asked anew after settings.KEPT_SECONDS.

    A change of settings is seen at once by the process that makes it, and by others within that time.
    What is kept is shared by all threads: nobody changes it.
    """

    every: ClassVar[list["Kept[Any]"]] = []

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._held: tuple[float, T] | None = None
        Kept.every.append(self)

    def __call__(self) -> T:
        """The answer, at most so old."""
        held, moment = self._held, time.monotonic()
        if held is not None and moment < held[0]:
            return held[1]
        answer = self._read()
        self._held = (moment + settings.KEPT_SECONDS, answer)
        return answer

    def forget(self) -> None:
        """Ask anew at the next question."""
        self._held = None


def forget_settings() -> None:
    """Somebody has changed something: ask all anew."""
    for one in Kept.every:
        one.forget()
