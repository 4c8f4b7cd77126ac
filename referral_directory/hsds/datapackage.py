"""The public directory as a Tabular Data Package: a zip of CSV tables and their datapackage.json."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, BinaryIO, NotRequired, get_origin, get_type_hints
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.hsds import finding, loading, profile, shapes
from referral_directory.hsds.taxonomy import TAXONOMY, terms
from referral_directory.hsds.writing import plain

AT_A_TIME = 100
_TABLES: dict[str, type[Any]] = {
    "organizations": shapes.Organization,
    "services": shapes.Service,
    "attributes": shapes.Attribute,
    "service_at_location": shapes.ServiceAtLocation,
    "locations": shapes.Location,
    "phones": shapes.Phone,
    "addresses": shapes.Address,
    "schedules": shapes.Schedule,
    "service_areas": shapes.ServiceArea,
    "languages": shapes.Language,
    "accessibility": shapes.Accessibility,
    "taxonomy_terms": shapes.TaxonomyTerm,
    "metadata": shapes.Metadata,
    "cost_options": shapes.CostOption,
    "taxonomies": shapes.Taxonomy,
}
"""The files as HSDS names them, in its order."""
_TYPES: dict[Any, dict[str, str]] = {
    str: {"type": "string"},
    UUID: {"type": "string", "format": "uuid"},
    shapes.Uri: {"type": "string", "format": "uri"},
    shapes.Email: {"type": "string", "format": "email"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    date: {"type": "date"},
    datetime: {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%fZ"},
}
_REFERS = {
    "organization_id": "organizations",
    "service_id": "services",
    "location_id": "locations",
    "taxonomy_term_id": "taxonomy_terms",
    "taxonomy_id": "taxonomies",
    "parent_id": "taxonomy_terms",
}
_MEANINGS = {name: text for name, (_, text) in (profile.SERVICE | profile.LOCATION).items()}


async def write_datapackage(session: AsyncSession, file: BinaryIO, on: date) -> None:
    """Write into `file` the zip of everything public on the day `on`; the same directory gives the
    same bytes."""
    with TemporaryDirectory(prefix="hsds-") as name:
        folder = Path(name)
        with ExitStack() as open_:
            tables = _Tables(
                {
                    table: open_.enter_context(
                        (folder / f"{table}.csv").open("w", encoding="utf-8", newline="")
                    )
                    for table in _TABLES
                }
            )
            await _fill(session, on, tables)
        await asyncio.to_thread(_pack, folder, file, on)


def _pack(folder: Path, file: BinaryIO, on: date) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        described = json.dumps(describe(on), ensure_ascii=False, indent=2)
        archive.writestr(_entry("datapackage.json", on), described)
        for table in _TABLES:
            name = f"{table}.csv"
            with (folder / name).open("rb") as read, archive.open(_entry(name, on), "w") as out:
                shutil.copyfileobj(read, out)


def describe(on: date) -> dict[str, Any]:
    """The datapackage.json: which tables there are, with every field's type and meaning."""
    return {
        "profile": "tabular-data-package",
        "name": "vn-referral",
        "title": "Danh bạ Điểm Tựa",
        "description": "Open Referral HSDS 3.0, profile vn-referral.",
        "created": f"{on}T00:00:00Z",
        "resources": [_resource(table, shape) for table, shape in _TABLES.items()],
    }


class _Tables:
    """The CSV files being written."""

    def __init__(self, files: Mapping[str, IO[str]]) -> None:
        self._columns = {table: _columns(shape) for table, shape in _TABLES.items()}
        self._writers = {table: csv.writer(file) for table, file in files.items()}
        for table, writer in self._writers.items():
            writer.writerow(self._columns[table])

    def add(self, table: str, records: Iterable[Mapping[str, Any]]) -> None:
        columns = self._columns[table]
        self._writers[table].writerows(
            [_cell(record.get(column)) for column in columns] for record in records
        )


async def _fill(session: AsyncSession, on: date, tables: _Tables) -> None:
    tables.add("taxonomies", [TAXONOMY])
    tables.add("taxonomy_terms", terms())
    last: UUID | None = None
    while ids := await finding.after(session, finding.organizations(on), last, AT_A_TIME):
        tables.add(
            "organizations",
            await loading.organizations(session, on, ids, full=False, full_service=False),
        )
        last = ids[-1]
    last = None
    while ids := await finding.after(session, finding.services(on), last, AT_A_TIME):
        for service in await loading.services(session, ids, full=True):
            _add_service(tables, service)
        last = ids[-1]


def _add_service(tables: _Tables, service: shapes.Service) -> None:
    tables.add("services", [service])
    tables.add("phones", service.get("phones", ()))
    tables.add("schedules", service.get("schedules", ()))
    tables.add("service_areas", service.get("service_areas", ()))
    tables.add("languages", service.get("languages", ()))
    tables.add("cost_options", service.get("cost_options", ()))
    tables.add("attributes", service.get("attributes", ()))
    tables.add("metadata", service.get("metadata", ()))
    for at in service.get("service_at_locations", ()):
        location = at["location"]
        tables.add("service_at_location", [at])
        tables.add("locations", [location])
        tables.add("addresses", location.get("addresses", ()))
        tables.add("accessibility", location.get("accessibility", ()))


def _columns(shape: type[Any]) -> dict[str, dict[str, str]]:
    """Column → its type, for what a table holds itself."""
    found = {}
    for name, hint in get_type_hints(shape).items():
        kind = hint if hint in _TYPES else _of_literal(hint)
        if kind is not None:
            found[name] = _TYPES[kind]
    return found


def _of_literal(hint: Any) -> type[Any] | None:
    """The type of a choice of texts; None for what is a list or a record."""
    choices = getattr(hint, "__args__", ())
    return str if choices and all(isinstance(one, str) for one in choices) else None


def _resource(table: str, shape: type[Any]) -> dict[str, Any]:
    columns = _columns(shape)
    hints = get_type_hints(shape, include_extras=True)
    fields = []
    for name, kind in columns.items():
        field: dict[str, Any] = {"name": name, **kind}
        if name in _MEANINGS and table in ("services", "locations"):
            field["description"] = _MEANINGS[name]
        if get_origin(hints[name]) is not NotRequired and kind["type"] != "string":
            field["constraints"] = {"required": True}
        fields.append(field)
    keys = [
        {"fields": name, "reference": {"resource": other if other != table else "", "fields": "id"}}
        for name, other in _REFERS.items()
        if name in columns
    ]
    schema: dict[str, Any] = {"fields": fields, "primaryKey": "id"}
    if keys:
        schema["foreignKeys"] = keys
    return {
        "profile": "tabular-data-resource",
        "name": table,
        "path": f"{table}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else plain(value)


def _entry(name: str, on: date) -> ZipInfo:
    entry = ZipInfo(name, (on.year, on.month, on.day, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
