"""Tables of shipping."""

revision = "0006_shipping"
down_revision = "0005_inventory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
