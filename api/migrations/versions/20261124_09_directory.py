"""The directory: HSDS tables with the vn-referral profile, and the history of every cell.

Until now these tables held nothing but the seed, which every start writes again: they are made anew.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_09"
down_revision = "20261123_08"

_FORMER = ("address", "phone", "schedule", "service_at_location", "location", "service", "organization")


def upgrade() -> None:
    for table in _FORMER:
        op.drop_table(table)
    op.create_table('organization',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organization')),
    sa.UniqueConstraint('name', name=op.f('uq_organization_name'))
    )
    op.create_table('location',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('location_type', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('latitude', sa.Float(precision=53), nullable=True),
    sa.Column('longitude', sa.Float(precision=53), nullable=True),
    sa.Column('approximate', sa.Boolean(), nullable=False),
    sa.Column('commune', sa.Text(), nullable=True),
    sa.Column('commune_code', sa.Text(), nullable=True),
    sa.Column('province', sa.Text(), nullable=False),
    sa.Column('province_code', sa.Text(), nullable=False),
    sa.Column('former_unit', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_location_organization_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_location')),
    sa.UniqueConstraint('id', 'latitude', 'longitude', name=op.f('uq_location_id_latitude_longitude'))
    )
    op.create_index(op.f('ix_location_commune_code'), 'location', ['commune_code'], unique=False)
    op.create_index(op.f('ix_location_organization_id'), 'location', ['organization_id'], unique=False)
    op.create_index(op.f('ix_location_province_code'), 'location', ['province_code'], unique=False)
    op.create_table('service',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('alternate_name', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('eligibility_description', sa.Text(), nullable=True),
    sa.Column('minimum_age', sa.Integer(), nullable=True),
    sa.Column('maximum_age', sa.Integer(), nullable=True),
    sa.Column('last_modified', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('accepts_voluntary', sa.Boolean(), nullable=True),
    sa.Column('accepts_compulsory', sa.Boolean(), nullable=True),
    sa.Column('substances', sa.Text(), nullable=True),
    sa.Column('asks_identity', sa.Boolean(), nullable=True),
    sa.Column('reports_to', sa.Text(), nullable=True),
    sa.Column('open_on_holidays', sa.Boolean(), nullable=True),
    sa.Column('legal_basis', sa.Text(), nullable=True),
    sa.Column('reliability', sa.Text(), nullable=False),
    sa.Column('source_name', sa.Text(), nullable=False),
    sa.Column('source_url', sa.Text(), nullable=True),
    sa.Column('source_date', sa.Date(), nullable=True),
    sa.Column('verified_on', sa.Date(), nullable=True),
    sa.Column('verified_by', sa.Text(), nullable=True),
    sa.Column('verified_until', sa.Date(), nullable=True),
    sa.CheckConstraint("reliability = 'unverified' OR (verified_on IS NOT NULL AND verified_by IS NOT NULL AND verified_until IS NOT NULL)", name=op.f('ck_service_verified_by_somebody')),
    sa.CheckConstraint("reliability IN ('verified', 'unverified')", name=op.f('ck_service_reliability')),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_service_organization_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service')),
    sa.UniqueConstraint('id', 'kind', name=op.f('uq_service_id_kind')),
    sa.UniqueConstraint('key', name=op.f('uq_service_key'))
    )
    op.create_index(op.f('ix_service_area'), 'service', ['area'], unique=False, postgresql_where=sa.text("area <> ''"))
    op.create_index(op.f('ix_service_kind'), 'service', ['kind'], unique=False)
    op.create_index(op.f('ix_service_organization_id'), 'service', ['organization_id'], unique=False)
    op.create_index(op.f('ix_service_verified_until'), 'service', ['verified_until'], unique=False)
    op.create_table('accessibility',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('location_id', sa.Uuid(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_accessibility_location_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accessibility'))
    )
    op.create_index(op.f('ix_accessibility_location_id'), 'accessibility', ['location_id'], unique=False)
    op.create_table('address',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('location_id', sa.Uuid(), nullable=False),
    sa.Column('address_1', sa.Text(), nullable=False),
    sa.Column('city', sa.Text(), nullable=False),
    sa.Column('state_province', sa.Text(), nullable=False),
    sa.Column('postal_code', sa.Text(), nullable=False),
    sa.Column('country', sa.Text(), nullable=False),
    sa.Column('address_type', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_address_location_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address'))
    )
    op.create_index(op.f('ix_address_location_id'), 'address', ['location_id'], unique=False)
    op.create_table('cost_option',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=12, scale=2), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('amount_description', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_cost_option_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_option'))
    )
    op.create_index(op.f('ix_cost_option_service_id'), 'cost_option', ['service_id'], unique=False)
    op.create_table('language',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_language_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_language'))
    )
    op.create_index(op.f('ix_language_service_id'), 'language', ['service_id'], unique=False)
    op.create_table('metadata',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('resource_id', sa.Uuid(), nullable=False),
    sa.Column('resource_type', sa.Text(), nullable=False),
    sa.Column('last_action_date', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_action_type', sa.Text(), nullable=False),
    sa.Column('field_name', sa.Text(), nullable=False),
    sa.Column('previous_value', sa.Text(), nullable=False),
    sa.Column('replacement_value', sa.Text(), nullable=False),
    sa.Column('updated_by', sa.Text(), nullable=False),
    sa.Column('change_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['resource_id'], ['service.id'], name=op.f('fk_metadata_resource_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_metadata'))
    )
    op.create_index(op.f('ix_metadata_change_id'), 'metadata', ['change_id'], unique=False)
    op.create_index(op.f('ix_metadata_last_action_date'), 'metadata', ['last_action_date'], unique=False)
    op.create_index(op.f('ix_metadata_resource_id_last_action_date'), 'metadata', ['resource_id', 'last_action_date'], unique=False)
    op.create_table('phone',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_phone_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone'))
    )
    op.create_index(op.f('ix_phone_number'), 'phone', ['number'], unique=False)
    op.create_index(op.f('ix_phone_service_id'), 'phone', ['service_id'], unique=False)
    op.create_table('schedule',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('freq', sa.Text(), nullable=False),
    sa.Column('byday', sa.Text(), nullable=False),
    sa.Column('opens_at', sa.Text(), nullable=False),
    sa.Column('closes_at', sa.Text(), nullable=False),
    sa.Column('timezone', sa.Integer(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_schedule_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedule'))
    )
    op.create_index(op.f('ix_schedule_service_id'), 'schedule', ['service_id'], unique=False)
    op.create_table('service_at_location',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('location_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('latitude', sa.Float(precision=53), nullable=True),
    sa.Column('longitude', sa.Float(precision=53), nullable=True),
    sa.Column('province_code', sa.Text(), nullable=False),
    sa.Column('shown_from', sa.Date(), nullable=True),
    sa.Column('shown_until', sa.Date(), nullable=True),
    sa.Column('minimum_age', sa.Integer(), nullable=True),
    sa.Column('maximum_age', sa.Integer(), nullable=True),
    sa.Column('weekly', postgresql.INT4MULTIRANGE(), nullable=True),
    sa.Column('open_on_holidays', sa.Boolean(), nullable=True),
    sa.Column('language_codes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['location_id', 'latitude', 'longitude'], ['location.id', 'location.latitude', 'location.longitude'], name=op.f('fk_service_at_location_location_id_latitude_longitude'), onupdate='CASCADE'),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_service_at_location_location_id')),
    sa.ForeignKeyConstraint(['service_id', 'kind'], ['service.id', 'service.kind'], name=op.f('fk_service_at_location_service_id_kind'), onupdate='CASCADE'),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_service_at_location_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_at_location')),
    sa.UniqueConstraint('service_id', 'location_id', name=op.f('uq_service_at_location_service_id_location_id'))
    )
    op.create_index(op.f('ix_service_at_location_kind_latitude_longitude'), 'service_at_location', ['kind', 'latitude', 'longitude'], unique=False)
    op.create_index(op.f('ix_service_at_location_location_id'), 'service_at_location', ['location_id'], unique=False)
    op.create_index(op.f('ix_service_at_location_province_code'), 'service_at_location', ['province_code'], unique=False, postgresql_where=sa.text("latitude IS NULL"))


def downgrade() -> None:
    raise NotImplementedError("the directory of before held only its seed")
