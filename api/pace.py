"""How fast one network address may ask: who asks one after the other is slowed down, who asks with many
requests at once is refused.

Counted in the memory of the process, by a keyed hash of the address; nothing of it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from fastapi import Request

from api.attempts import address_hash
from bot.errors import DiemTuaError
from bot.runtime import Runtime

AT_ONCE = 1000.0
"""So many requests may come without any pause."""
A_SECOND = 50.0
LONGEST_WAIT = 2.0
DEAR = 20.0
"""What a request costs that reads or searches the whole directory."""
_MOST_ADDRESSES = 10_000


class TooFast(DiemTuaError):
    """Too many requests of one address are waiting; `seconds` says how long to keep away."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Bạn hỏi nhanh quá. Hãy chờ {seconds} giây rồi hỏi lại, lần lượt từng yêu cầu."
        )
        self.seconds = seconds


class Pace:
    """What each address has left. It may owe as much as comes back within `LONGEST_WAIT`."""

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._left: dict[bytes, tuple[float, float]] = {}

    async def keep(self, request: Request) -> None:
        """Let the request wait as long as its address has to.

        Raises:
            TooFast: that would be too long.
        """
        runtime: Runtime = request.app.state.runtime
        address = address_hash(runtime.ring, request.client.host if request.client else "")
        asked = request.query_params
        reads_all = request.url.path.endswith(".zip") or asked.get("format") == "ndjson"
        dear = reads_all or asked.get("search")
        if wait := self.take(address, DEAR if dear else 1.0):
            await self._sleep(wait)

    def take(self, address: bytes, cost: float) -> float:
        """Seconds that a request of this cost has to wait.

        Raises:
            TooFast: that would be too long; the request costs nothing.
        """
        now = self._clock()
        left, since = self._left.get(address, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - since) * A_SECOND) - cost
        wait = max(0.0, -left / A_SECOND)
        if wait > LONGEST_WAIT:
            raise TooFast(int(wait) + 1)
        if address not in self._left and len(self._left) >= _MOST_ADDRESSES:
            self._forget_rested(now)
        self._left[address] = (left, now)
        return wait

    def _forget_rested(self, now: float) -> None:
        rested = now - AT_ONCE / A_SECOND
        self._left = {who: had for who, had in self._left.items() if had[1] > rested}
