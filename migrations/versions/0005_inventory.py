"""Tables of inventory."""

revision = "0005_inventory"
down_revision = "0004_staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
