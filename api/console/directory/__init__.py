"""The directory at the console: counsellors search it, its editors keep it true."""

from fastapi import APIRouter

from api.console.directory import (
    changed,
    communes,
    duplicates,
    editing,
    exporting,
    importing,
    reports,
    row,
    searching,
    verifying,
)

router = APIRouter(prefix="/directory")
router.add_api_route("", searching.search)
router.include_router(exporting.router)
router.include_router(changed.router)
router.include_router(communes.router)
router.include_router(duplicates.router)
router.include_router(editing.router)
router.include_router(importing.router)
router.include_router(reports.router)
router.include_router(row.router)
router.include_router(searching.router)
router.include_router(verifying.router)
