"""A citizen in a terminal and a counsellor at the desk, for tests of what lies between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import select

from api import auth
from bot import handoff, inbox, jobs
from bot.desk_tables import Presence
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import Line, Talk, open_talk, read_lines
from bot.tables import Counsellor


@dataclass
class Citizen:
    """`channel` is one that nothing is pushed to."""

    runtime: Runtime
    channel: str = "terminal"
    sender: str = field(default_factory=lambda: str(uuid4()))
    id: UUID | None = None
    read_to: int = 0

    async def says(self, text: str, kind: str = "text") -> str:
        """Write or, as a "button", press; returns what came back since."""
        event = Inbound(self.channel, str(uuid4()), self.sender, kind, text)  # type: ignore[arg-type]
        async with self.runtime.sessions.begin() as session:
            received = await inbox.receive(session, self.runtime.ring, event, self.runtime.clock())
        assert received is not None
        self.id = received.conversation_id
        await jobs.bring_up_to_date(self.runtime, {}, received.conversation_id)
        return await self.reads()

    async def presses(self, payload: str) -> str:
        return await self.says(payload, "button")

    async def lines(self) -> list[Line]:
        async with self.runtime.sessions() as session:
            return await read_lines(session, await self.talk(), notes=True)

    async def reads(self) -> str:
        """What the bot said that was not read yet."""
        lines = [line for line in await self.lines() if line.id > self.read_to]
        self.read_to = max((line.id for line in lines), default=self.read_to)
        return "\n".join(line.text for line in lines if line.author == "bot")

    async def talk(self) -> Talk:
        assert self.id is not None
        async with self.runtime.sessions() as session:
            talk = await open_talk(session, self.runtime.ring, self.id)
        assert talk is not None
        return talk

    async def case(self) -> handoff.Case | None:
        assert self.id is not None
        async with self.runtime.sessions() as session:
            return await handoff.open_case(session, self.runtime.ring, self.id)


async def counsellor(runtime: Runtime, login: str = "lan", *, there: bool = True) -> Counsellor:
    """Somebody who answers; `there` at the desk now."""
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        await auth.create_counsellor(session, login, login.title(), "counsellor", now)
        found = await session.scalar(select(Counsellor).where(Counsellor.login == login))
        assert found is not None
        if there:
            session.add(Presence(counsellor_id=found.id, seen_at=now, acted_at=now))
    return found


async def is_seen(runtime: Runtime, who: Counsellor) -> None:
    """Their page is still connected."""
    async with runtime.sessions.begin() as session:
        row = await session.get(Presence, who.id)
        assert row is not None
        row.seen_at = runtime.clock()


async def take(runtime: Runtime, citizen: Citizen, who: Counsellor) -> handoff.Case:
    """The counsellor takes the citizen's case."""
    case = await citizen.case()
    assert case is not None
    async with runtime.sessions.begin() as session:
        return await handoff.claim(session, runtime.ring, case.handoff_id, who, runtime.clock())


async def end(
    runtime: Runtime, citizen: Citizen, who: Counsellor, outcome: str = "advised"
) -> None:
    """The counsellor ends the citizen's case."""
    case = await citizen.case()
    assert case is not None
    async with runtime.sessions.begin() as session:
        await handoff.close(session, runtime.ring, case, who, runtime.clock(), outcome=outcome)
