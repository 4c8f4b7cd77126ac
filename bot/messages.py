"""The only shapes that cross a channel: what came in, what goes out.

Both are frozen: a channel parses a platform's payload into `Inbound`, and renders `Outbound`
back. Nothing else about a platform is known to the rest of the program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

InboundKind = Literal[
    "text", "button", "location", "media", "start", "stop", "delivered", "read", "erase", "other"
]


@dataclass(frozen=True)
class Inbound:
    """One event from one person on one channel.

    `event_id` is unique within the channel: the platform's own id where it has one. `sender` is the
    platform's id of the person; it is turned into a pseudonym before anything is stored. `text` is
    what the person typed; for a button it is the button's payload. `location` is (latitude,
    longitude) in degrees, WGS 84. `pictures` say where the platform has what came with it, in words that
    only its channel understands (see `channels.ShowsPictures`).
    """

    channel: str
    event_id: str
    sender: str
    kind: InboundKind
    text: str = ""
    location: tuple[float, float] | None = None
    address: dict[str, str] = field(default_factory=dict)
    sent_at: datetime | None = None
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Button:
    """A choice offered under a message. `payload` comes back as the text of a "button" Inbound.

    Payloads start with "/" and are at most 60 bytes (Telegram allows 64).
    """

    title: str
    payload: str


@dataclass(frozen=True)
class Card:
    """A verified place of help that the message's text tells of, to be called, found on a map and sent on.

    The text says it all without its cards: a channel shows of them what it can. `phone` is digits, ""
    for none. `point` is (latitude, longitude) of the place itself, None where nobody knows it; a map is
    then searched for `where`, and called approximate. `where` is "" for what is nowhere in particular.
    `share` is plain text for somebody else, and tells nothing about who asked. `until` is the last day
    on which this may be told; None, of cards stored before there was one, is past.
    """

    key: str
    title: str
    phone: str = ""
    point: tuple[float, float] | None = None
    where: str = ""
    share: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Outbound:
    """One message to a person. Plain text, never markup; the channel decides how buttons look."""

    text: str
    buttons: tuple[Button, ...] = ()
    ask_location: bool = False
    urgent: bool = False
    cards: tuple[Card, ...] = ()
