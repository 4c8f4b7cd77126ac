"""What a public address answers when it cannot answer: one clear line as JSON, and how that is described."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.pace import TooFast
from api.public import Compressed
from bot.errors import NotFound, NotUnderstood

_REASONS = {
    "missing": "còn thiếu",
    "greater_than_equal": "nhỏ quá, ít nhất là {ge:.10g}",
    "less_than_equal": "lớn quá, nhiều nhất là {le:.10g}",
    "string_too_long": "dài quá {max_length} ký tự",
    "string_pattern_mismatch": "có ký tự điều khiển",
    "int_parsing": "phải là số nguyên",
    "int_parsing_size": "lớn quá",
    "int_from_float": "phải là số nguyên",
    "float_parsing": "phải là số",
    "finite_number": "phải là số",
    "bool_parsing": "phải là true hoặc false",
    "uuid_parsing": "phải là UUID",
    "literal_error": "phải là {expected}",
}


class Message(BaseModel):
    """Why not, in one line of Vietnamese."""

    message: str


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How these statuses are described in OpenAPI."""
    said = {
        404: "Không có bản ghi này.",
        422: "Một tham số sai; dòng báo nói tham số nào và vì sao.",
        429: "Hỏi quá nhiều cùng lúc; Retry-After là số giây nên chờ.",
        503: "Chưa đọc được dữ liệu.",
    }
    return {status: {"model": Message, "description": said[status]} for status in statuses}


class ClearRoute(Compressed):
    """A public route, compressed, whose refusals are one line saying what to change."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_clearly(request: Request) -> Response:
            try:
                return await answer(request)
            except TooFast as error:
                wait = {"Retry-After": str(error.seconds)}
                return JSONResponse({"message": error.line}, error.status, headers=wait)
            except RequestValidationError as error:
                raise _refusal(error) from error

        return answer_clearly


def _refusal(error: RequestValidationError) -> NotFound | NotUnderstood:
    faults = error.errors()
    if any(fault["loc"][0] == "path" for fault in faults):
        return NotFound("Không có bản ghi nào có mã này.")
    said: dict[str, str] = {}
    for fault in faults:
        # A parameter that may be absent is judged twice; the first says what is wrong.
        said.setdefault(fault["loc"][1], _reason(fault))
    return NotUnderstood("; ".join(f"{name}: {reason}" for name, reason in said.items()) + ".")


def _reason(fault: dict[str, Any]) -> str:
    """What is wrong with a parameter. What was written is not repeated."""
    reason = _REASONS.get(fault["type"], "không đọc được")
    return reason.format_map(fault.get("ctx", {})).replace(" or ", " hoặc ")
