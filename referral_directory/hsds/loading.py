"""Whole records for a page of ids, in as many statements as there are tables, however long it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.hsds import building, finding, shapes, taxonomy
from referral_directory.hsds.finding import one_of
from referral_directory.tables import (
    Accessibility,
    Address,
    CostOption,
    Language,
    Location,
    Metadata,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)

Grouped = Mapping[UUID, list[Any]]


async def services(
    session: AsyncSession, ids: Sequence[UUID], *, full: bool
) -> list[shapes.Service]:
    """The services of these ids in their order."""
    return list((await _services(session, ids, full=full, with_places=full)).values())


async def minimal_services(
    session: AsyncSession, ids: Sequence[UUID]
) -> list[shapes.MinimalService]:
    """When each of these was last modified."""
    found = (
        select(Service.id, Service.last_modified)
        .where(one_of(Service.id, ids))
        .order_by(Service.id)
    )
    rows = await session.execute(found)
    return [shapes.MinimalService(id=row.id, last_modified=row.last_modified) for row in rows]


async def service_at_locations(
    session: AsyncSession, ids: Sequence[UUID], *, full: bool
) -> list[shapes.ServiceAtLocation]:
    """These services at places, in the order of `ids`."""
    found = (
        select(ServiceAtLocation, Location)
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .where(one_of(ServiceAtLocation.id, ids))
    )
    rows = {one.id: (one, place) for one, place in (await session.execute(found)).tuples()}
    at = await _locations(session, [place for _, place in rows.values()], full=full)
    wanted = [one.service_id for one, _ in rows.values()]
    of = await _services(session, wanted, full=full, with_places=False)
    return [
        building.service_at_location(id, one.service_id, at[place.id], of[one.service_id])
        for id, (one, place) in ((id, rows[id]) for id in ids)
    ]


async def organizations(
    session: AsyncSession, on: date, ids: Sequence[UUID], *, full: bool, full_service: bool
) -> list[shapes.Organization]:
    """The organizations in the order of `ids`; in full with their public places and services, these
    too in full with `full_service`."""
    found = await session.scalars(select(Organization).where(one_of(Organization.id, ids)))
    rows = {row.id: building.organization_of(row) for row in found}
    if full or full_service:
        theirs = await session.scalars(finding.services_of(on, ids).statement)
        services = await _services(session, theirs.all(), full=full_service, with_places=False)
        places = await _places(session, list(services), full=True)
        for one in services.values():
            del one["organization"]
            record = rows[one["organization_id"]]
            record.setdefault("services", []).append(one)
            if at := [place["location"] for place in places[one["id"]]]:
                record.setdefault("locations", []).extend(at)
            if full_service and places[one["id"]]:
                one["service_at_locations"] = places[one["id"]]
    return [rows[id] for id in ids]


async def _services(
    session: AsyncSession, ids: Sequence[UUID], *, full: bool, with_places: bool
) -> dict[UUID, shapes.Service]:
    found = (
        select(Service, Organization)
        .join(Organization, Organization.id == Service.organization_id)
        .where(one_of(Service.id, ids))
    )
    rows = {one.id: (one, owner) for one, owner in (await session.execute(found)).tuples()}
    costs = await _grouped(session, CostOption, CostOption.service_id, ids)
    records = {}
    for id in ids:
        row, owner = rows[id]
        fees = next((cost.amount_description for cost in costs[id]), None)
        records[id] = building.service(row, fees=fees, organization=owner)
        if full:
            records[id]["cost_options"] = [building.cost_option(one) for one in costs[id]]
            records[id]["service_areas"] = building.service_areas(row)
            records[id]["attributes"] = [taxonomy.attribute(id, row.kind)]
    if full:
        await _add_details(session, records)
    if with_places:
        for id, places in (await _places(session, ids, full=True)).items():
            records[id]["service_at_locations"] = places
    return {id: building.without_empty(record) for id, record in records.items()}


async def _add_details(session: AsyncSession, records: Mapping[UUID, shapes.Service]) -> None:
    ids = list(records)
    phones = await _grouped(session, Phone, Phone.service_id, ids, Phone.position)
    hours = await _grouped(session, Schedule, Schedule.service_id, ids, Schedule.position)
    languages = await _grouped(session, Language, Language.service_id, ids, Language.code)
    history = await _history(session, ids)
    for id, record in records.items():
        record["phones"] = [building.phone(one) for one in phones[id]]
        record["schedules"] = [building.schedule(one) for one in hours[id]]
        record["languages"] = [building.language(one) for one in languages[id]]
        record["metadata"] = [building.metadata(one) for one in history[id]]


async def _places(
    session: AsyncSession, services: Sequence[UUID], *, full: bool
) -> dict[UUID, list[shapes.ServiceAtLocation]]:
    found = (
        select(ServiceAtLocation, Location)
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .where(one_of(ServiceAtLocation.service_id, services))
    )
    rows = (await session.execute(found)).tuples().all()
    at = await _locations(session, [place for _, place in rows], full=full)
    places: dict[UUID, list[shapes.ServiceAtLocation]] = {id: [] for id in services}
    for one, place in rows:
        places[one.service_id].append(
            building.service_at_location(one.id, one.service_id, at[place.id])
        )
    return places


async def _locations(
    session: AsyncSession, places: Sequence[Location], *, full: bool
) -> dict[UUID, shapes.Location]:
    if not full:
        return {place.id: building.location(place) for place in places}
    ids = [place.id for place in places]
    addresses = await _grouped(session, Address, Address.location_id, ids)
    accessible = await _grouped(session, Accessibility, Accessibility.location_id, ids)
    return {
        place.id: building.location(place, addresses[place.id], accessible[place.id])
        for place in places
    }


async def _history(session: AsyncSession, services: Sequence[UUID]) -> Grouped:
    """A row's making, and what became of its verification and status."""
    changed = (Metadata.last_action_type == "update") & Metadata.field_name.in_(
        building.PUBLIC_HISTORY
    )
    made = Metadata.field_name == ""
    return await _grouped(
        session,
        Metadata,
        Metadata.resource_id,
        services,
        Metadata.last_action_date.desc(),
        Metadata.id,
        where=or_(made, changed),
    )


async def _grouped(
    session: AsyncSession,
    table: Any,
    column: Any,
    ids: Sequence[UUID],
    *order: Any,
    where: Any = True,
) -> Grouped:
    grouped: dict[UUID, list[Any]] = defaultdict(list)
    found = select(table).where(one_of(column, ids)).order_by(*order)
    if where is not True:
        found = found.where(where)
    for row in await session.scalars(found):
        grouped[getattr(row, column.key)].append(row)
    return grouped
