"""Everything of the first house: tables, indexes, row-level security, triggers."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
FILES = ("rls.sql", "counts.sql", "changes.sql", "audit.sql")


def upgrade() -> None:
    run("tables.sql")
    for name in FILES:
        if (SQL / name).exists():
            run(name)


def run(name: str) -> None:
    """Execute a file of SQL as it stands: without parameters psycopg leaves ``%`` alone."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((SQL / name).read_text(encoding="utf-8"))


def downgrade() -> None:
    run("drop.sql")
