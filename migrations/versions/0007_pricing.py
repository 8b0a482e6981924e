"""Tables of pricing."""

revision = "0007_pricing"
down_revision = "0006_shipping"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
