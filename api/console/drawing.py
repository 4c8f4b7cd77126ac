"""The boards as HTML: for a page that asks, and pushed to all that are open."""

from __future__ import annotations

from typing import Any

from fastapi.templating import Jinja2Templates
from markupsafe import Markup

from api import auth
from api.console import access, words
from api.console.board import Board, Card, Room, board_of, room_together
from api.sessions import token_hash
from bot.access import may_oversee
from bot.errors import SessionOver
from bot.runtime import Runtime
from bot.tables import Counsellor


class Boards:
    """Every board of this process. One reading of the room serves all who ask at the same time, and a
    card is drawn once for all who see it alike: fifty boards change when one case comes."""

    def __init__(self, runtime: Runtime, templates: Jinja2Templates) -> None:
        self._gazetteer = runtime.gazetteer
        self._env = templates.env
        self._room = room_together(runtime)

    async def room(self) -> Room:
        """The room as it is, read after this was asked for."""
        return await self._room.ask()

    def counsellor_in(self, room: Room, token: str) -> Counsellor:
        """Raises:
        SessionOver: the session of `token` was over when the room was read.
        """
        found = room.people.get(token_hash(token))
        if found is None:
            raise SessionOver(auth.OVER)
        return found

    def shown(self, room: Room, counsellor: Counsellor) -> dict[str, Any]:
        """What the templates of a board need."""

        def draw(card: Card, part: str) -> Markup:
            return self._draw(room, counsellor, card, part)

        board = board_of(room, counsellor, self._gazetteer)
        return {"me": counsellor, "board": board, "draw": draw}

    def board(self, room: Room, counsellor: Counsellor) -> Board:
        return board_of(room, counsellor, self._gazetteer)

    def pushed(self, room: Room, counsellor: Counsellor) -> str:
        """The alerts and the board, each for its place on the page."""
        template = self._env.get_template("console/pushed.html")
        return template.render(
            words=words,
            access=access,
            places=self._gazetteer,
            now=room.at,
            **self.shown(room, counsellor),
        )

    def _draw(self, room: Room, me: Counsellor, card: Card, part: str) -> Markup:
        case = card.case
        looks = (part, may_oversee(me), case.wanted_id == me.id)
        key = (case.handoff_id, *looks)
        if key not in room.drawn:
            html = self._env.get_template("console/card.html").render(
                words=words,
                places=self._gazetteer,
                now=room.at,
                me=me,
                card=card,
                part=part,
                may_open=part != "others" or may_oversee(me),
            )
            # Without the template's own breaks: fifty boards of it go out at once.
            room.drawn[key] = Markup(" ".join(html.split()))
        return room.drawn[key]
