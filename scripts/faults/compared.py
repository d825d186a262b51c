"""What is compared after each kill: nothing half-done, nothing acknowledged gone, sums and audit whole."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from faults.installation import Installation
from faults.loader import BATCH
from faults.people import Acknowledged
from geo_service import audit
from geo_service.database import Database, Scope

HALF_DONE = {
    "a batch with some of its rows": f"""
        SELECT b.id FROM load_batch b WHERE b.account = 'soak'
          AND (b.finished_at IS NULL OR (SELECT count(*) FROM check_visit v WHERE v.subdistrict_code = b.subdistrict_code
               AND v.batch_id = b.id) <> {BATCH})""",
    "a batch without its audit entry": """
        SELECT b.id FROM load_batch b WHERE b.account = 'soak' AND NOT EXISTS (SELECT FROM audit_event e
            WHERE e.subdistrict_code = b.subdistrict_code AND e.action = 'load' AND e.target = b.id::text)""",
    "a published version without every building": """
        SELECT v.id FROM boundary_version v WHERE v.status = 'published' AND (
            SELECT count(*) FROM version_building x WHERE x.subdistrict_code = v.subdistrict_code AND x.version_id = v.id)
            <> (SELECT count(*) FROM building b WHERE b.subdistrict_code = v.subdistrict_code)""",
    "a version whose plots are not all assigned": """
        SELECT v.id FROM boundary_version v WHERE (SELECT count(*) FROM plot p WHERE p.subdistrict_code = v.subdistrict_code
            AND p.plot_set_id = v.plot_set_id) <> (SELECT count(*) FROM plot_assignment a
            WHERE a.subdistrict_code = v.subdistrict_code AND a.version_id = v.id)""",
    "a revision without its operation": """
        SELECT v.id FROM boundary_version v WHERE v.status = 'draft' AND v.revision <> (SELECT count(*)
            FROM boundary_operation o WHERE o.subdistrict_code = v.subdistrict_code AND o.version_id = v.id)""",
    "sums that differ from their sources": """
        SELECT m.month FROM (SELECT month, sum(visits) AS n FROM building_month GROUP BY month) m
        FULL JOIN (SELECT month, count(*) AS n FROM check_visit GROUP BY month) v ON v.month = m.month
        WHERE m.n IS DISTINCT FROM v.n AND coalesce(m.n, 0) + coalesce(v.n, 0) > 0""",
    "a change that was never numbered": "SELECT txid FROM pending_commit",
    "a gap in the feed": "SELECT 1 FROM change HAVING count(*) <> coalesce(max(seq), 0)",
}


def check(here: Installation, said: Acknowledged) -> list[str]:
    """Everything that is wrong now; the lists are copied first, so that what comes later is not missed."""
    names, published, committed = list(said.names), list(said.published), list(said.batches)
    wrong = []
    engine = create_engine(here.postgis.url())
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for what, query in HALF_DONE.items():
            if rows := connection.execute(text(query)).all():
                wrong.append(f"{what}: {rows[:3]}")
        stored = {
            (g.version_id, g.code, g.name)
            for g in connection.execute(text("SELECT version_id, code, name FROM micro_grid"))
        }
        wrong += [f"an acknowledged name is gone: {name}" for name in names if name not in stored]
        in_force = set(
            connection.execute(text("SELECT id FROM boundary_version WHERE status <> 'draft'")).scalars()
        )
        wrong += [f"an acknowledged publication is gone: {v}" for v in published if v not in in_force]
        loaded = set(connection.execute(text("SELECT id FROM load_batch")).scalars())
        wrong += [f"an acknowledged batch is gone: {b}" for b in committed if b not in loaded]
    engine.dispose()
    store = Database(here.service_url)
    with store.transaction(Scope(here.sub), writes=False) as session:
        wrong += [f"audit {fault}" for fault in audit.verify(session, here.sub)]
    store.close()
    return wrong
