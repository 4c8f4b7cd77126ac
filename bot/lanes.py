"""How many of a worker's places one messenger may hold at a time: where it hangs, the answers of all
other channels, and the turns that look for danger, go on."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SLOW_SECONDS = 4.0
"""Who takes so long for one person's messages hangs: a send is given up after 8 s."""


class Lanes:
    """One for each worker.

    Args:
        most: conversations of one channel that are sent to at the same time.
        most_while_slow: the same while the channel hangs: enough to notice that it is back.
        elapsed: a clock in seconds that never goes back.
    """

    def __init__(
        self,
        most: int = 8,
        most_while_slow: int = 2,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._most_while_slow = most_while_slow
        self._elapsed = elapsed
        self._under_way: Counter[str] = Counter()
        self._slow: set[str] = set()

    def is_full(self, channel: str) -> bool:
        """Whether nobody else may send there now."""
        most = self._most_while_slow if channel in self._slow else self._most
        return self._under_way[channel] >= most

    def come_back_in(self, channel: str, rng: random.Random) -> float:
        """Seconds after which whoever found it full asks again, spread so that not all come at once."""
        return rng.uniform(5.0, 20.0) if channel in self._slow else rng.uniform(0.2, 0.8)

    @contextmanager
    def hold(self, channel: str) -> Iterator[None]:
        """Hold one of the channel's places; how long it was held tells whether the channel hangs."""
        began = self._elapsed()
        self._under_way[channel] += 1
        try:
            yield
        finally:
            self._under_way[channel] -= 1
            is_slow = self._elapsed() - began >= SLOW_SECONDS
            (self._slow.add if is_slow else self._slow.discard)(channel)
