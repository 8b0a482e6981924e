"""Tables of orders."""

revision = "0010_orders"
down_revision = "0009_carts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
