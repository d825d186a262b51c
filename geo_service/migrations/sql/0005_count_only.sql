-- Visits that gave counts without saying which records they looked at, counted: wherever there was one, the number of
-- distinct records is only what is known of it, and what rests on it is absent instead of too small.
ALTER TABLE building_month ADD COLUMN visits_count_only integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN building_month.visits_count_only IS
    '只报数未列登记的走访 / visits that gave counts without naming the records';

-- As in 0002_counting.sql, and these visits.
CREATE OR REPLACE FUNCTION wangge_recount_months(p_sub text, p_buildings text[], p_from date, p_to date) RETURNS void
LANGUAGE plpgsql AS $fn$
BEGIN
    -- One counter at a time per subdistrict until its commit: of two at once, neither would see the other's visits.
    PERFORM pg_advisory_xact_lock(719, hashtext(p_sub));
    EXECUTE 'DELETE FROM building_month WHERE subdistrict_code = $1 AND building_code = ANY ($2) AND month >= $3 AND month < $4'
    USING p_sub, p_buildings, p_from, p_to;
    EXECUTE $q$
    WITH visit AS MATERIALIZED (
        SELECT id, dwelling_code, building_code, month, outcome, frame, checked, correct, to_register, to_deregister,
            wrong_particulars
        FROM check_visit
        WHERE subdistrict_code = $1 AND building_code = ANY ($2) AND month >= $3 AND month < $4
    ),
    -- Every visit of these dwellings and every look at these records, wherever: a thing counts once a month and once a
    -- year, in the building of its first visit, so that sums over buildings are distinct counts.
    home AS MATERIALIZED (
        SELECT dwelling_code, building_code, month, visited_at, id, rental_inspected, group_renting_found
        FROM check_visit
        WHERE subdistrict_code = $1 AND month >= $3 AND month < $4 AND outcome = 'done'
          AND dwelling_code IN (
            SELECT dwelling_code FROM check_visit
            WHERE subdistrict_code = $1 AND building_code = ANY ($2) AND month >= $3 AND month < $4)
    ),
    looked AS MATERIALIZED (
        SELECT visit_id, record_hash FROM check_result
        WHERE subdistrict_code = $1 AND visit_id IN (SELECT id FROM visit)
    ),
    record AS (
        SELECT r.record_hash, c.building_code, c.month, c.visited_at, c.id
        FROM check_result r JOIN check_visit c ON c.subdistrict_code = $1 AND c.id = r.visit_id
        WHERE r.subdistrict_code = $1 AND c.month >= $3 AND c.month < $4 AND c.outcome = 'done'
          AND r.record_hash IN (SELECT record_hash FROM looked)
    ),
    -- In the order of its visits a thing's months follow each other: the first of a month is the one before which
    -- another month stands, or nothing.
    first_home AS (
        SELECT building_code, month, lag(month) OVER w AS before FROM home
        WINDOW w AS (PARTITION BY dwelling_code COLLATE "C" ORDER BY visited_at, id)
    ),
    first_record AS (
        SELECT building_code, month, lag(month) OVER w AS before FROM record
        WINDOW w AS (PARTITION BY record_hash ORDER BY visited_at, id)
    ),
    letting AS (
        SELECT building_code, month, row_number() OVER w AS nth,
            bool_or(group_renting_found) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS found
        FROM home WHERE rental_inspected OR group_renting_found
        WINDOW w AS (PARTITION BY dwelling_code COLLATE "C", month ORDER BY visited_at, id)
    ),
    part (building_code, month, visits, no_access, count_only, checked, correct, to_register, to_deregister, wrong_particulars,
          ground_checked, ground_correct, ground_to_register, ground_to_deregister, ground_wrong, dwellings,
          first_dwellings, records, first_records, inspected, found, additions, changes, deregistrations, visit_ops,
          queries) AS (
        SELECT building_code, month, (count(*))::int, (count(*) FILTER (WHERE outcome = 'no_access'))::int,
            (count(*) FILTER (WHERE outcome = 'done' AND frame = 'register' AND checked > 0
                AND id NOT IN (SELECT visit_id FROM looked)))::int,
            (sum(checked) FILTER (WHERE frame = 'register'))::int, (sum(correct) FILTER (WHERE frame = 'register'))::int,
            (sum(to_register) FILTER (WHERE frame = 'register'))::int, (sum(to_deregister) FILTER (WHERE frame = 'register'))::int,
            (sum(wrong_particulars) FILTER (WHERE frame = 'register'))::int,
            (sum(checked) FILTER (WHERE frame = 'ground'))::int, (sum(correct) FILTER (WHERE frame = 'ground'))::int,
            (sum(to_register) FILTER (WHERE frame = 'ground'))::int, (sum(to_deregister) FILTER (WHERE frame = 'ground'))::int,
            (sum(wrong_particulars) FILTER (WHERE frame = 'ground'))::int, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        FROM visit GROUP BY 1, 2
        UNION ALL
        SELECT building_code, month, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (count(*))::int,
            (count(*) FILTER (WHERE before IS NULL OR extract(year FROM before) < extract(year FROM month)))::int,
            0, 0, 0, 0, 0, 0, 0, 0, 0
        FROM first_home WHERE before IS DISTINCT FROM month GROUP BY 1, 2
        UNION ALL
        SELECT building_code, month, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (count(*))::int,
            (count(*) FILTER (WHERE before IS NULL OR extract(year FROM before) < extract(year FROM month)))::int,
            0, 0, 0, 0, 0, 0, 0
        FROM first_record WHERE before IS DISTINCT FROM month GROUP BY 1, 2
        UNION ALL
        SELECT building_code, month, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (count(*))::int,
            (count(*) FILTER (WHERE found))::int, 0, 0, 0, 0, 0
        FROM letting WHERE nth = 1 GROUP BY 1, 2
        UNION ALL
        SELECT building_code, date_trunc('month', day)::date, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            coalesce(sum(n) FILTER (WHERE kind = 'addition'), 0)::int, coalesce(sum(n) FILTER (WHERE kind = 'change'), 0)::int,
            coalesce(sum(n) FILTER (WHERE kind = 'deregistration'), 0)::int, coalesce(sum(n) FILTER (WHERE kind = 'visit'), 0)::int,
            coalesce(sum(n) FILTER (WHERE kind NOT IN ('addition', 'change', 'deregistration', 'visit')), 0)::int
        FROM register_activity
        WHERE subdistrict_code = $1 AND building_code = ANY ($2) AND building_code <> '' AND day >= $3 AND day < $4
        GROUP BY 1, 2
    )
    INSERT INTO building_month (
        subdistrict_code, building_code, month, visits, visits_no_access, visits_count_only, checked, correct, to_register, to_deregister,
        wrong_particulars, ground_checked, ground_correct, ground_to_register, ground_to_deregister, ground_wrong,
        dwellings_checked, first_dwellings_checked, records_checked, first_records_checked, rental_inspected,
        group_renting_found, additions, changes, deregistrations, visit_ops, queries)
    SELECT $1, building_code, month, sum(visits), sum(no_access), sum(count_only), coalesce(sum(checked), 0), coalesce(sum(correct), 0),
        coalesce(sum(to_register), 0), coalesce(sum(to_deregister), 0), coalesce(sum(wrong_particulars), 0),
        coalesce(sum(ground_checked), 0), coalesce(sum(ground_correct), 0), coalesce(sum(ground_to_register), 0),
        coalesce(sum(ground_to_deregister), 0), coalesce(sum(ground_wrong), 0), sum(dwellings), sum(first_dwellings),
        sum(records), sum(first_records), sum(inspected), sum(found), sum(additions), sum(changes), sum(deregistrations),
        sum(visit_ops), sum(queries)
    FROM part WHERE building_code = ANY ($2) GROUP BY building_code, month
    $q$ USING p_sub, p_buildings, p_from, p_to;
END $fn$;

UPDATE building_month m SET visits_count_only = v.n
FROM (
    SELECT c.subdistrict_code, c.building_code, c.month, count(*)::int AS n FROM check_visit c
    WHERE c.outcome = 'done' AND c.frame = 'register' AND c.checked > 0 AND NOT EXISTS (
        SELECT FROM check_result r WHERE r.subdistrict_code = c.subdistrict_code AND r.visit_id = c.id)
    GROUP BY 1, 2, 3
) v
WHERE m.subdistrict_code = v.subdistrict_code AND m.building_code = v.building_code AND m.month = v.month;
