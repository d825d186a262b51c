"""Visits that gave counts without saying which records they looked at are counted."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
_REPLACED = re.compile(r"CREATE OR REPLACE FUNCTION wangge_recount_months\(.*?END \$fn\$;", re.S)


def upgrade() -> None:
    run((SQL / "0005_count_only.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    former = _REPLACED.search((SQL / "0002_counting.sql").read_text(encoding="utf-8"))
    assert former is not None
    run(former.group())
    run((SQL / "0005_count_only_down.sql").read_text(encoding="utf-8"))


def run(statements: str) -> None:
    """Execute SQL as it stands: without parameters psycopg leaves ``%`` alone."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(statements)
