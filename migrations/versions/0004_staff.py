"""Tables of staff."""

revision = "0004_staff"
down_revision = "0003_buyers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
