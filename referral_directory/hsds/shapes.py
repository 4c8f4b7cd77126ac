"""The records of HSDS 3.0 that we publish, and what the vn-referral profile adds to them.

The names are HSDS's own; a field that is not there is not known, for nothing here is ever null. What
stands below `# vn-referral` is the profile's, explained in `profile.py` and
docs/directory-profile.md. What an HSDS table holds in a list of its own (the phones of a service)
comes only with the full record.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, NewType, NotRequired
from uuid import UUID

from typing_extensions import TypedDict

Uri = NewType("Uri", str)
Email = NewType("Email", str)


class Metadata(TypedDict):
    """A change that was made, without whoever made it."""

    id: UUID
    resource_id: UUID
    resource_type: str
    last_action_date: datetime
    last_action_type: str
    field_name: str
    previous_value: str
    replacement_value: str
    updated_by: str


class Taxonomy(TypedDict):
    id: UUID
    name: str
    description: str
    version: str


class TaxonomyTerm(TypedDict):
    id: UUID
    code: str
    name: str
    description: str
    parent_id: NotRequired[UUID]
    taxonomy: str
    taxonomy_id: UUID
    language: str
    taxonomy_detail: NotRequired[Taxonomy]


class Attribute(TypedDict):
    """Links a record to a term; `label` is an addition of HSDS 3.1."""

    id: UUID
    link_id: UUID
    taxonomy_term_id: UUID
    link_type: str
    link_entity: str
    label: str
    taxonomy_term: NotRequired[TaxonomyTerm]


class Phone(TypedDict):
    id: UUID
    service_id: UUID
    number: str
    type: str
    description: NotRequired[str]


class Schedule(TypedDict):
    """Weekly hours, in the time of `timezone` hours from UTC."""

    id: UUID
    service_id: UUID
    timezone: int
    freq: str
    byday: str
    description: str
    opens_at: str
    closes_at: str


class ServiceArea(TypedDict):
    id: UUID
    service_id: UUID
    name: str
    description: str
    extent: str
    extent_type: str


class Language(TypedDict):
    id: UUID
    service_id: UUID
    name: str
    code: str


class CostOption(TypedDict):
    id: UUID
    service_id: UUID
    currency: NotRequired[str]
    amount: NotRequired[float]
    amount_description: str


class Address(TypedDict):
    id: UUID
    location_id: UUID
    address_1: str
    city: str
    state_province: str
    postal_code: str
    country: str
    address_type: str


class Accessibility(TypedDict):
    id: UUID
    location_id: UUID
    description: str


class Location(TypedDict):
    id: UUID
    organization_id: UUID
    location_type: Literal["physical", "postal", "virtual"]
    name: str
    latitude: NotRequired[float]
    longitude: NotRequired[float]
    # vn-referral
    approximate: NotRequired[bool]
    commune: NotRequired[str]
    commune_code: NotRequired[str]
    province: str
    province_code: str
    former_unit: NotRequired[str]
    # in full
    addresses: NotRequired[list[Address]]
    accessibility: NotRequired[list[Accessibility]]


class Organization(TypedDict):
    id: UUID
    name: str
    description: str
    # in full
    locations: NotRequired[list[Location]]
    services: NotRequired[list[Service]]


class ServiceAtLocation(TypedDict):
    id: UUID
    service_id: UUID
    location_id: UUID
    location: NotRequired[Location]
    service: NotRequired[Service]


class Service(TypedDict):
    id: UUID
    organization_id: UUID
    name: str
    alternate_name: NotRequired[str]
    description: NotRequired[str]
    url: NotRequired[Uri]
    email: NotRequired[Email]
    status: Literal["active", "inactive", "defunct", "temporarily closed"]
    fees_description: NotRequired[str]
    eligibility_description: NotRequired[str]
    minimum_age: NotRequired[int]
    maximum_age: NotRequired[int]
    assured_date: date
    last_modified: datetime
    # vn-referral
    key: str
    kind: str
    area: NotRequired[Literal["commune", "country"]]
    offered: bool
    danger_number: bool
    accepts_voluntary: NotRequired[bool]
    accepts_compulsory: NotRequired[bool]
    substances: NotRequired[str]
    asks_identity: NotRequired[bool]
    reports_to: NotRequired[str]
    open_on_holidays: NotRequired[bool]
    legal_basis: NotRequired[str]
    reliability: str
    source_name: str
    source_url: NotRequired[Uri]
    source_date: NotRequired[date]
    verified_on: date
    verified_by: str
    verified_until: date
    # in full; `organization` also in lists
    organization: NotRequired[Organization]
    phones: NotRequired[list[Phone]]
    schedules: NotRequired[list[Schedule]]
    service_areas: NotRequired[list[ServiceArea]]
    service_at_locations: NotRequired[list[ServiceAtLocation]]
    languages: NotRequired[list[Language]]
    cost_options: NotRequired[list[CostOption]]
    attributes: NotRequired[list[Attribute]]
    metadata: NotRequired[list[Metadata]]


class MinimalService(TypedDict):
    """Enough to know what to fetch again."""

    id: UUID
    last_modified: datetime


Record = Service | MinimalService | Organization | ServiceAtLocation | Taxonomy | TaxonomyTerm
