"""The ordered feed: every change after a number, as far as the last one that is committed."""

from __future__ import annotations

# ``last`` belongs to the same snapshot as the rows, and numbers are given in the order of commits, so nothing can appear
# below it later. Drafts are never numbered: the grids of a version enter the feed when it is published.
SINCE = """
WITH at AS MATERIALIZED (
    SELECT coalesce((SELECT last_seq FROM change_cursor WHERE subdistrict_code = %(sub)s), 0) AS last
), rows AS MATERIALIZED (
    SELECT c.seq, c.layer, c.feature_code, c.operation, c.before, c.after, c.at FROM change c
    WHERE c.subdistrict_code = %(sub)s AND c.seq > %(since)s AND c.layer = ANY (%(layers)s)
    ORDER BY c.seq LIMIT %(limit)s
)
SELECT a.last, r.seq, r.layer, r.feature_code, r.operation, r.before, r.after, r.at
FROM at a LEFT JOIN rows r ON true ORDER BY r.seq
"""
