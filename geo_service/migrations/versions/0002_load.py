"""Loading in bulk: counting by hashing, buildings asked for once per statement, the watch of the towns' own layers."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
FILES = ("0002_places.sql", "0002_counting.sql", "0002_town_layer.sql")
_REPLACED = re.compile(r"CREATE (FUNCTION wangge_(?:recount_months|recount_stock|analyze)\(.*?\$\$;)", re.S)


def upgrade() -> None:
    for name in FILES:
        run((SQL / name).read_text(encoding="utf-8"))


def run(statements: str) -> None:
    """Execute SQL as it stands: without parameters psycopg leaves ``%`` alone."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(statements)


def downgrade() -> None:
    run((SQL / "0002_down.sql").read_text(encoding="utf-8"))
    former = _REPLACED.findall((SQL / "counts.sql").read_text(encoding="utf-8"))
    run("\n".join(f"CREATE OR REPLACE {function}" for function in former))
