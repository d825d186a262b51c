-- Counting again, rewritten for loads of hundreds of thousands of rows. What is counted is what counts.sql says; this is
-- how. Each query is planned with its values (EXECUTE), so that a slice of five thousand buildings is joined by hashing
-- and a single visit by index, and neither depends on statistics of rows that this very transaction has written. Sums are
-- cast back to int, since a sum of sums would be numeric; codes are sorted as bytes (COLLATE "C"), twice as fast.

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
    record AS (
        SELECT r.record_hash, c.building_code, c.month, c.visited_at, c.id
        FROM check_result r JOIN check_visit c ON c.subdistrict_code = $1 AND c.id = r.visit_id
        WHERE r.subdistrict_code = $1 AND c.month >= $3 AND c.month < $4 AND c.outcome = 'done' AND r.record_hash IN (
            SELECT x.record_hash FROM check_result x
            WHERE x.subdistrict_code = $1 AND x.visit_id IN (SELECT id FROM visit))
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
    part (building_code, month, visits, no_access, checked, correct, to_register, to_deregister, wrong_particulars,
          ground_checked, ground_correct, ground_to_register, ground_to_deregister, ground_wrong, dwellings,
          first_dwellings, records, first_records, inspected, found, additions, changes, deregistrations, visit_ops,
          queries) AS (
        SELECT building_code, month, (count(*))::int, (count(*) FILTER (WHERE outcome = 'no_access'))::int,
            (sum(checked) FILTER (WHERE frame = 'register'))::int, (sum(correct) FILTER (WHERE frame = 'register'))::int,
            (sum(to_register) FILTER (WHERE frame = 'register'))::int, (sum(to_deregister) FILTER (WHERE frame = 'register'))::int,
            (sum(wrong_particulars) FILTER (WHERE frame = 'register'))::int,
            (sum(checked) FILTER (WHERE frame = 'ground'))::int, (sum(correct) FILTER (WHERE frame = 'ground'))::int,
            (sum(to_register) FILTER (WHERE frame = 'ground'))::int, (sum(to_deregister) FILTER (WHERE frame = 'ground'))::int,
            (sum(wrong_particulars) FILTER (WHERE frame = 'ground'))::int, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        FROM visit GROUP BY 1, 2
        UNION ALL
        SELECT building_code, month, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (count(*))::int,
            (count(*) FILTER (WHERE before IS NULL OR extract(year FROM before) < extract(year FROM month)))::int,
            0, 0, 0, 0, 0, 0, 0, 0, 0
        FROM first_home WHERE before IS DISTINCT FROM month GROUP BY 1, 2
        UNION ALL
        SELECT building_code, month, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (count(*))::int,
            (count(*) FILTER (WHERE before IS NULL OR extract(year FROM before) < extract(year FROM month)))::int,
            0, 0, 0, 0, 0, 0, 0
        FROM first_record WHERE before IS DISTINCT FROM month GROUP BY 1, 2
        UNION ALL
        SELECT building_code, month, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (count(*))::int,
            (count(*) FILTER (WHERE found))::int, 0, 0, 0, 0, 0
        FROM letting WHERE nth = 1 GROUP BY 1, 2
        UNION ALL
        SELECT building_code, date_trunc('month', day)::date, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            coalesce(sum(n) FILTER (WHERE kind = 'addition'), 0)::int, coalesce(sum(n) FILTER (WHERE kind = 'change'), 0)::int,
            coalesce(sum(n) FILTER (WHERE kind = 'deregistration'), 0)::int, coalesce(sum(n) FILTER (WHERE kind = 'visit'), 0)::int,
            coalesce(sum(n) FILTER (WHERE kind NOT IN ('addition', 'change', 'deregistration', 'visit')), 0)::int
        FROM register_activity
        WHERE subdistrict_code = $1 AND building_code = ANY ($2) AND building_code <> '' AND day >= $3 AND day < $4
        GROUP BY 1, 2
    )
    INSERT INTO building_month (
        subdistrict_code, building_code, month, visits, visits_no_access, checked, correct, to_register, to_deregister,
        wrong_particulars, ground_checked, ground_correct, ground_to_register, ground_to_deregister, ground_wrong,
        dwellings_checked, first_dwellings_checked, records_checked, first_records_checked, rental_inspected,
        group_renting_found, additions, changes, deregistrations, visit_ops, queries)
    SELECT $1, building_code, month, sum(visits), sum(no_access), coalesce(sum(checked), 0), coalesce(sum(correct), 0),
        coalesce(sum(to_register), 0), coalesce(sum(to_deregister), 0), coalesce(sum(wrong_particulars), 0),
        coalesce(sum(ground_checked), 0), coalesce(sum(ground_correct), 0), coalesce(sum(ground_to_register), 0),
        coalesce(sum(ground_to_deregister), 0), coalesce(sum(ground_wrong), 0), sum(dwellings), sum(first_dwellings),
        sum(records), sum(first_records), sum(inspected), sum(found), sum(additions), sum(changes), sum(deregistrations),
        sum(visit_ops), sum(queries)
    FROM part WHERE building_code = ANY ($2) GROUP BY building_code, month
    $q$ USING p_sub, p_buildings, p_from, p_to;
END $fn$;

-- Stocks as change points. A dwelling's state holds from one of its months to the next; each such spell adds to its
-- building at its beginning and takes away at its end, and a stock is the running sum.
CREATE OR REPLACE FUNCTION wangge_recount_stock(p_sub text, p_buildings text[]) RETURNS void
LANGUAGE plpgsql AS $fn$
BEGIN
    PERFORM pg_advisory_xact_lock(719, hashtext(p_sub));
    EXECUTE 'DELETE FROM building_stock WHERE subdistrict_code = $1 AND building_code = ANY ($2)' USING p_sub, p_buildings;
    EXECUTE $q$
    WITH state AS MATERIALIZED (  -- the last state of each month; 8 stands, 4 occupied, 2 vacant, 1 rented
        SELECT DISTINCT ON (dwelling_code COLLATE "C", date_trunc('month', valid_from::timestamp)) dwelling_code,
            date_trunc('month', valid_from::timestamp)::date AS month, building_code,
            CASE status WHEN 'occupied' THEN 12 WHEN 'vacant' THEN 10 ELSE 0 END
            + CASE WHEN status IN ('occupied', 'vacant')
                        AND use IN ('rented', 'long_term_rental', 'dormitory', 'group_renting') THEN 1 ELSE 0 END AS flags
        FROM dwelling_state
        WHERE subdistrict_code = $1 AND dwelling_code IN (
            SELECT dwelling_code FROM dwelling_state WHERE subdistrict_code = $1 AND building_code = ANY ($2))
        ORDER BY dwelling_code COLLATE "C", date_trunc('month', valid_from::timestamp), valid_from DESC
    ),
    arrival AS MATERIALIZED (
        SELECT dwelling_code, date_trunc('month', since::timestamp)::date AS month, count(*)::int AS n, count(until)::int AS ended
        FROM registration WHERE subdistrict_code = $1 AND dwelling_code IN (
            SELECT dwelling_code FROM dwelling_state WHERE subdistrict_code = $1 AND building_code = ANY ($2))
        GROUP BY 1, 2
    ),
    -- Most dwellings have one state and records that began in it and have not ended: their sums need no order.
    home AS MATERIALIZED (
        SELECT dwelling_code, s.building_code, s.month, s.flags, a.first,
            s.states = 1 AND (a.first IS NULL OR a.ended = 0 AND a.first >= s.month) AS plain
        FROM (SELECT dwelling_code, count(*) AS states, max(building_code) AS building_code, max(month) AS month,
                     max(flags) AS flags FROM state GROUP BY 1) s
        LEFT JOIN (SELECT dwelling_code, min(month) AS first, sum(ended) AS ended FROM arrival GROUP BY 1) a
        USING (dwelling_code)
    ),
    plain AS (
        SELECT building_code, month, sum(flags >> 3) AS dwelling, sum(flags >> 2 & 1) AS occupied,
            sum(flags >> 1 & 1) AS vacant, sum(flags & 1) AS rented,
            count(*) FILTER (WHERE flags & 4 > 0 AND first IS DISTINCT FROM month) AS without, 0 AS residents, 0 AS unlinked
        FROM home WHERE plain GROUP BY 1, 2
        UNION ALL
        SELECT building_code, first, 0, 0, 0, 0, -count(*), 0, 0
        FROM home WHERE plain AND flags & 4 > 0 AND first > month GROUP BY 1, 2
        UNION ALL
        SELECT h.building_code, a.month, 0, 0, 0, 0, 0, sum(a.n) FILTER (WHERE h.flags > 0),
            sum(a.n) FILTER (WHERE h.flags = 0)
        FROM arrival a JOIN home h USING (dwelling_code) WHERE h.plain GROUP BY 1, 2
    ),
    turn AS (  -- whatever changes at another dwelling in a month: its state, the number of its records
        SELECT dwelling_code, month, max(building_code) AS building_code, max(flags) AS flags, sum(n)::int AS n
        FROM (
            SELECT dwelling_code, month, building_code, flags, 0 AS n FROM state
            UNION ALL
            SELECT dwelling_code, month, NULL, NULL, n FROM arrival
            UNION ALL
            SELECT dwelling_code, date_trunc('month', until::timestamp)::date, NULL, NULL, -1 FROM registration
            WHERE subdistrict_code = $1 AND until IS NOT NULL AND dwelling_code IN (
            SELECT dwelling_code FROM dwelling_state WHERE subdistrict_code = $1 AND building_code = ANY ($2))
        ) e WHERE dwelling_code IN (SELECT dwelling_code FROM home WHERE NOT plain) GROUP BY 1, 2
    ),
    spell AS (
        SELECT dwelling_code, month, building_code, flags, (sum(n) OVER w)::int AS residents, count(flags) OVER w AS nth,
            lead(month) OVER w AS until
        FROM turn WINDOW w AS (PARTITION BY dwelling_code COLLATE "C" ORDER BY month)
    ),
    filled AS (
        SELECT dwelling_code, month, until, residents, nth, max(building_code) OVER w AS building_code,
            coalesce(max(flags) OVER w, 0) AS flags
        FROM spell WINDOW w AS (PARTITION BY dwelling_code COLLATE "C", nth)
    ),
    placed AS (  -- records from before the dwelling stood wait where it last was
        SELECT coalesce(f.building_code, l.building_code) AS building_code, f.month, f.until, f.residents, f.flags
        FROM filled f LEFT JOIN (
            SELECT DISTINCT ON (dwelling_code COLLATE "C") dwelling_code, building_code FROM state
            ORDER BY dwelling_code COLLATE "C", month DESC
        ) l ON f.nth = 0 AND l.dwelling_code = f.dwelling_code
    ),
    event AS (
        SELECT building_code, month, dwelling::int, occupied::int, vacant::int, rented::int, without::int, residents::int,
            unlinked::int, 0 AS sites, 0 AS organisations
        FROM plain WHERE building_code = ANY ($2)
        UNION ALL
        SELECT p.building_code, e.month, sum(e.sign * (flags >> 3))::int AS dwelling,
            sum(e.sign * (flags >> 2 & 1))::int AS occupied, sum(e.sign * (flags >> 1 & 1))::int AS vacant,
            sum(e.sign * (flags & 1))::int AS rented,
            (sum(e.sign) FILTER (WHERE flags & 4 > 0 AND residents = 0))::int AS without,
            (sum(e.sign * residents) FILTER (WHERE flags > 0))::int AS residents,
            (sum(e.sign * residents) FILTER (WHERE flags = 0))::int AS unlinked, 0, 0
        FROM placed p CROSS JOIN LATERAL (VALUES (p.month, 1), (p.until, -1)) AS e (month, sign)
        WHERE e.month IS NOT NULL AND p.building_code = ANY ($2) GROUP BY 1, 2
        UNION ALL
        SELECT r.building_code, e.month, 0, 0, 0, 0, 0, 0, sum(e.n)::int, 0, 0
        FROM registration r
        CROSS JOIN LATERAL (VALUES (date_trunc('month', r.since::timestamp)::date, 1),
                                   (date_trunc('month', r.until::timestamp)::date, -1)) AS e (month, n)
        WHERE r.subdistrict_code = $1 AND r.building_code = ANY ($2) AND r.dwelling_code IS NULL AND e.month IS NOT NULL
        GROUP BY 1, 2
        UNION ALL
        SELECT b.building_code, e.month, 0, 0, 0, 0, 0, 0, 0, e.n, 0
        FROM (SELECT site_code, min(building_code) AS building_code, min(valid_from) AS valid_from,
                     max(valid_to) AS valid_to
              FROM key_site_building WHERE subdistrict_code = $1 GROUP BY site_code) b  -- a site counts once
        JOIN key_site k ON k.subdistrict_code = $1 AND k.code = b.site_code
        CROSS JOIN LATERAL (VALUES
            (date_trunc('month', greatest(b.valid_from, coalesce(k.opened_on, b.valid_from)))::date, 1),
            (date_trunc('month', least(b.valid_to, k.closed_on))::date, -1)) AS e (month, n)
        WHERE b.building_code = ANY ($2) AND e.month IS NOT NULL
        UNION ALL
        SELECT o.building_code, e.month, 0, 0, 0, 0, 0, 0, 0, 0, e.n
        FROM organisation o
        CROSS JOIN LATERAL (VALUES (date_trunc('month', coalesce(o.valid_from, '1949-10-01'))::date, 1),
                                   (date_trunc('month', o.valid_to)::date, -1)) AS e (month, n)
        WHERE o.subdistrict_code = $1 AND o.building_code = ANY ($2) AND e.month IS NOT NULL
    ),
    net AS (
        SELECT building_code, month, sum(dwelling)::int AS dwelling, sum(occupied)::int AS occupied,
            sum(vacant)::int AS vacant, sum(rented)::int AS rented, coalesce(sum(without), 0)::int AS without,
            coalesce(sum(residents), 0)::int AS residents, coalesce(sum(unlinked), 0)::int AS unlinked,
            sum(sites)::int AS sites, sum(organisations)::int AS organisations
        FROM event GROUP BY 1, 2
    )
    INSERT INTO building_stock (
        subdistrict_code, building_code, from_month, to_month, residents, dwellings, dwellings_occupied, dwellings_rented,
        dwellings_vacant, occupied_without_records, records_unlinked, key_sites, organisations)
    SELECT $1, building_code, month, lead(month) OVER w, sum(residents) OVER w, sum(dwelling) OVER w, sum(occupied) OVER w,
        sum(rented) OVER w, sum(vacant) OVER w, sum(without) OVER w, sum(unlinked) OVER w, sum(sites) OVER w,
        sum(organisations) OVER w
    FROM net
    WHERE dwelling <> 0 OR occupied <> 0 OR vacant <> 0 OR rented <> 0 OR without <> 0 OR residents <> 0 OR unlinked <> 0
       OR sites <> 0 OR organisations <> 0
    WINDOW w AS (PARTITION BY building_code COLLATE "C" ORDER BY month)
    $q$ USING p_sub, p_buildings;
END $fn$;

-- Statistics for the counting that follows a load: only of what its plans ask about, a fraction of the time. The others
-- come with the next automatic ANALYZE, which a partial one does not put off.
CREATE OR REPLACE FUNCTION wangge_analyze(p_table text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $fn$
DECLARE
    columns text := CASE p_table
        WHEN 'registration' THEN '(subdistrict_code, record_hash, dwelling_code, building_code, until)'
        WHEN 'check_visit' THEN '(subdistrict_code, id, dwelling_code, building_code, month, outcome)'
        WHEN 'building_month' THEN '(subdistrict_code, building_code, month)'
        WHEN 'building_stock' THEN '(subdistrict_code, building_code, from_month, to_month)'
        ELSE '' END;
BEGIN
    IF p_table NOT IN ('building', 'dwelling', 'registration', 'check_visit', 'check_result', 'register_activity',
                       'key_site', 'organisation', 'building_month', 'building_stock', 'version_building', 'plot',
                       'plot_assignment', 'micro_grid') THEN
        RAISE EXCEPTION 'no statistics for %', p_table;
    END IF;
    EXECUTE format('ANALYZE %I %s', p_table, columns);
    IF p_table = 'dwelling' THEN
        ANALYZE dwelling_state;
    END IF;
END $fn$;
