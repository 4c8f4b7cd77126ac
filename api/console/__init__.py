"""The counsellors' console: who waits, who is in danger, and talking with them; and the answers."""

from fastapi import APIRouter, Depends

from api.console import (
    account,
    articles,
    audit,
    canned,
    cases,
    content,
    desk,
    directory,
    earlier,
    ending,
    entry,
    follow_ups,
    help,
    hours,
    invited,
    notices,
    oversight,
    pictures,
    quality,
    receipts,
    screenings,
    second,
    shift,
    stream,
    supervision,
    teams,
    tools,
    transfers,
    undelivered,
    users,
    verdicts,
    zalo,
)
from api.console.pages import error_page
from api.console.visitor import refuse_cross_site

__all__ = ["error_page", "router"]

router = APIRouter(dependencies=[Depends(refuse_cross_site)], include_in_schema=False)
router.add_api_route("", desk.home)
for part in (
    entry,
    invited,
    second,
    account,
    users,
    audit,
    desk,
    directory,
    shift,
    cases,
    transfers,
    ending,
    follow_ups,
    help,
    teams,
    hours,
    earlier,
    pictures,
    receipts,
    screenings,
    tools,
    canned,
    undelivered,
    verdicts,
    stream,
    content,
    articles,
    zalo,
    supervision,
    oversight,
    notices,
    quality,
):
    router.include_router(part.router)
