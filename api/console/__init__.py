"""The counsellors' console: who waits, who is in danger, and talking with them; and the answers."""

from fastapi import APIRouter, Depends

from api.console import (
    account,
    articles,
    cases,
    content,
    desk,
    entry,
    screenings,
    stream,
    undelivered,
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
    account,
    desk,
    cases,
    screenings,
    undelivered,
    verdicts,
    stream,
    content,
    articles,
    zalo,
):
    router.include_router(part.router)
