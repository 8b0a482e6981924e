"""Tables of carts."""

revision = "0009_carts"
down_revision = "0008_payments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
