"""Teams, typed-in inputs of the assessment, and other offices' lists of dwellings."""

from __future__ import annotations

from geo_service.loading.kinds.kind import Kind

TEAMS = Kind(
    "teams", "grid_team", ("grid_code", "role", "account", "valid_from"), ("valid_to",),
    {"grid_code": "text", "role": "text", "account": "text", "valid_from": "date", "valid_to": "date"},
    """SELECT DISTINCT ON (grid_code, role, account, valid_from) grid_code, role, account,
           coalesce(valid_from, '1949-10-01') AS valid_from, valid_to
       FROM stage ORDER BY grid_code, role, account, valid_from, stage_row DESC""",
)  # fmt: skip

INPUTS = Kind(
    "inputs", "assessment_input", ("month", "committee_code", "item"), ("value",),
    {"month": "date", "committee_code": "text", "item": "text", "value": "float"},
    """SELECT DISTINCT ON (month, coalesce(committee_code, ''), item) date_trunc('month', month)::date AS month,
           coalesce(committee_code, '') AS committee_code, item, value::numeric(14, 4) AS value
       FROM stage WHERE value IS NOT NULL ORDER BY month, coalesce(committee_code, ''), item, stage_row DESC""",
    batched=False,
)  # fmt: skip

SOURCE_LISTS = Kind(
    "source-lists", "source_list", ("source", "as_of", "row"), ("dwelling_code", "source_dwelling_code", "address"),
    {"source": "text", "dwelling_code": "text", "address": "text", "as_of": "date"},
    """SELECT s.source, coalesce(s.as_of, :as_of) AS as_of,
           row_number() OVER (PARTITION BY s.source, coalesce(s.as_of, :as_of) ORDER BY stage_row)::int AS row,
           d.code AS dwelling_code, s.dwelling_code AS source_dwelling_code, s.address
       FROM stage s LEFT JOIN dwelling d ON d.subdistrict_code = :sub AND d.code = s.dwelling_code""",
)  # fmt: skip
