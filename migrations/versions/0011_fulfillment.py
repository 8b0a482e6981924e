"""Tables of fulfillment."""

revision = "0011_fulfillment"
down_revision = "0010_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
