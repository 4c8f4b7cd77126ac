"""The taxonomy of kinds of service, made of `kinds.KINDS`. Pure.

Ids come from the codes, so they stay the same for as long as a code does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar
from uuid import UUID, uuid5

from referral_directory.hsds.shapes import Attribute, Taxonomy, TaxonomyTerm
from referral_directory.kinds import KINDS

Named = TypeVar("Named", Taxonomy, TaxonomyTerm)
_NAMESPACE = UUID("0d1c7c5f-9b3f-4c12-8a55-7f3d2f4f6b10")
HOTLINE = "hotline"
NAME = "vn-referral: loại dịch vụ"

TAXONOMY = Taxonomy(
    id=uuid5(_NAMESPACE, "taxonomy"),
    name=NAME,
    description="Các loại dịch vụ về phòng, chống ma túy, điều trị, hỗ trợ sau cai và trợ giúp khẩn cấp.",
    version="1",
)


def term_id(code: str) -> UUID:
    """The id of the term of this code."""
    return uuid5(_NAMESPACE, f"term/{code}")


@cache
def terms() -> tuple[TaxonomyTerm, ...]:
    """Every term, "hotline" before the lines below it."""
    titles = {HOTLINE: "đường dây nóng"} | KINDS
    return tuple(_term(code, title) for code, title in titles.items())


def term_of(code: str) -> TaxonomyTerm:
    """The term of a kind."""
    return next(term for term in terms() if term["code"] == code)


@cache
def kinds_of(term: UUID) -> tuple[str, ...]:
    """The kinds that a term stands for, itself and those below it; none for an unknown term."""
    return tuple(
        one["code"]
        for one in terms()
        if one["code"] in KINDS and term in (one["id"], one.get("parent_id"))
    )


def terms_of(taxonomy: UUID | None, parent: UUID | None, *, top_only: bool) -> list[TaxonomyTerm]:
    """The terms of a taxonomy, below a parent, or below none; None asks for any."""
    return [
        one
        for one in terms()
        if taxonomy in (None, one["taxonomy_id"])
        and parent in (None, one.get("parent_id"))
        and not (top_only and "parent_id" in one)
    ]


def holding(records: Sequence[Named], search: str) -> list[Named]:
    """The terms or taxonomies with every word of `search` in their name or description."""
    words = search.lower().split()
    texts = ((one, f"{one['name']} {one['description']}".lower()) for one in records)
    return [one for one, text in texts if all(word in text for word in words)]


def attribute(service: UUID, kind: str) -> Attribute:
    """What links a service to the term of its kind."""
    return Attribute(
        id=uuid5(_NAMESPACE, f"attribute/{service}"),
        link_id=service,
        taxonomy_term_id=term_id(kind),
        link_type="kind",
        link_entity="service",
        label="Loại dịch vụ",
        taxonomy_term=term_of(kind),
    )


def _term(code: str, title: str) -> TaxonomyTerm:
    term = TaxonomyTerm(
        id=term_id(code),
        code=code,
        name=title,
        description=title[0].upper() + title[1:] + ".",
        taxonomy=NAME,
        taxonomy_id=TAXONOMY["id"],
        language="vi",
        taxonomy_detail=TAXONOMY,
    )
    if code.startswith(f"{HOTLINE}_"):
        term["parent_id"] = term_id(HOTLINE)
    return term
