"""Webhooks, packages handed over and their register, limits of keys, counts reported about places."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    run("0003_handover.sql")


def downgrade() -> None:
    run("0003_handover_down.sql")


def run(name: str) -> None:
    """Execute a file of SQL as it stands: without parameters psycopg leaves ``%`` alone."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((SQL / name).read_text(encoding="utf-8"))
