-- building_month and building_stock, kept right by the transaction that writes their sources, whoever writes:
-- statement-level triggers gather the buildings touched and count those again.
-- A bulk loader may switch the triggers off (wangge.defer_counts = on) and call the two functions once, before it commits.
-- The same counts are made in Python by grids.indicators.counts; a test compares both.

-- Flows of whole calendar years [p_from, p_to), because the first check of a year may move within it.
CREATE FUNCTION wangge_recount_months(p_sub text, p_buildings text[], p_from date, p_to date) RETURNS void
LANGUAGE sql AS $$
    -- One counter at a time per subdistrict until its commit: of two at once, neither would see the other's visits.
    SELECT pg_advisory_xact_lock(719, hashtext(p_sub));
    DELETE FROM building_month
    WHERE subdistrict_code = p_sub AND building_code IN (SELECT unnest(p_buildings)) AND month >= p_from AND month < p_to;

    WITH v AS MATERIALIZED (
        SELECT * FROM check_visit
        WHERE subdistrict_code = p_sub AND building_code IN (SELECT unnest(p_buildings)) AND month >= p_from AND month < p_to
    ),
    -- Every visit of these dwellings and every look at these records, wherever: a thing counts once a month and once a
    -- year, in the building of its first visit, so that sums over buildings are distinct counts.
    home AS MATERIALIZED (
        SELECT c.dwelling_code, c.building_code, c.month, c.visited_at, c.id, c.rental_inspected, c.group_renting_found
        FROM check_visit c
        WHERE c.subdistrict_code = p_sub AND c.month >= p_from AND c.month < p_to AND c.outcome = 'done'
          AND c.dwelling_code IN (SELECT dwelling_code FROM v)
    ),
    record AS MATERIALIZED (
        SELECT r.record_hash, c.building_code, c.month, c.visited_at, c.id
        FROM check_result r JOIN check_visit c ON c.subdistrict_code = p_sub AND c.id = r.visit_id
        WHERE r.subdistrict_code = p_sub AND c.month >= p_from AND c.month < p_to AND c.outcome = 'done'
          AND r.record_hash IN (SELECT x.record_hash FROM v JOIN check_result x ON x.subdistrict_code = p_sub AND x.visit_id = v.id)
    ),
    -- Every part is a piece of the same row, added up at the end: joining them made the planner, which knows nothing
    -- of their sizes, compare each row with each (minutes instead of seconds).
    part AS (
        SELECT building_code, month, 'visits' AS measure, count(*) AS n FROM v GROUP BY 1, 2
        UNION ALL
        SELECT v.building_code, v.month, m.measure, m.n
        FROM (
            SELECT building_code, month,
                count(*) FILTER (WHERE outcome = 'no_access') AS visits_no_access,
                sum(checked) FILTER (WHERE frame = 'register') AS checked,
                sum(correct) FILTER (WHERE frame = 'register') AS correct,
                sum(to_register) FILTER (WHERE frame = 'register') AS to_register,
                sum(to_deregister) FILTER (WHERE frame = 'register') AS to_deregister,
                sum(wrong_particulars) FILTER (WHERE frame = 'register') AS wrong_particulars,
                sum(checked) FILTER (WHERE frame = 'ground') AS ground_checked,
                sum(correct) FILTER (WHERE frame = 'ground') AS ground_correct,
                sum(to_register) FILTER (WHERE frame = 'ground') AS ground_to_register,
                sum(to_deregister) FILTER (WHERE frame = 'ground') AS ground_to_deregister,
                sum(wrong_particulars) FILTER (WHERE frame = 'ground') AS ground_wrong
            FROM v GROUP BY building_code, month
        ) v CROSS JOIN LATERAL (VALUES
            ('visits_no_access', visits_no_access), ('checked', checked),
            ('correct', correct), ('to_register', to_register), ('to_deregister', to_deregister),
            ('wrong_particulars', wrong_particulars), ('ground_checked', ground_checked),
            ('ground_correct', ground_correct), ('ground_to_register', ground_to_register),
            ('ground_to_deregister', ground_to_deregister), ('ground_wrong', ground_wrong)) AS m (measure, n)
        UNION ALL
        SELECT building_code, month, 'dwellings_checked', count(*) FROM (
            SELECT DISTINCT ON (dwelling_code, month) building_code, month FROM home
            ORDER BY dwelling_code, month, visited_at, id) f GROUP BY 1, 2
        UNION ALL
        SELECT building_code, month, 'first_dwellings_checked', count(*) FROM (
            SELECT DISTINCT ON (dwelling_code, date_trunc('year', month)) building_code, month FROM home
            ORDER BY dwelling_code, date_trunc('year', month), visited_at, id) f GROUP BY 1, 2
        UNION ALL
        SELECT f.building_code, f.month, m.measure, sum(m.n) FROM (
            SELECT DISTINCT ON (dwelling_code, month) building_code, month,
                bool_or(group_renting_found) OVER (PARTITION BY dwelling_code, month) AS found
            FROM home WHERE rental_inspected OR group_renting_found
            ORDER BY dwelling_code, month, visited_at, id
        ) f CROSS JOIN LATERAL (VALUES ('rental_inspected', 1), ('group_renting_found', f.found::int)) AS m (measure, n)
        GROUP BY 1, 2, 3
        UNION ALL
        SELECT building_code, month, 'records_checked', count(*) FROM (
            SELECT DISTINCT ON (record_hash, month) building_code, month FROM record
            ORDER BY record_hash, month, visited_at, id) f GROUP BY 1, 2
        UNION ALL
        SELECT building_code, month, 'first_records_checked', count(*) FROM (
            SELECT DISTINCT ON (record_hash, date_trunc('year', month)) building_code, month FROM record
            ORDER BY record_hash, date_trunc('year', month), visited_at, id) f GROUP BY 1, 2
        UNION ALL
        SELECT building_code, date_trunc('month', day)::date,
            CASE kind WHEN 'addition' THEN 'additions' WHEN 'change' THEN 'changes'
                      WHEN 'deregistration' THEN 'deregistrations' WHEN 'visit' THEN 'visit_ops' ELSE 'queries' END,
            sum(n)
        FROM register_activity
        WHERE subdistrict_code = p_sub AND building_code IN (SELECT unnest(p_buildings)) AND building_code <> ''
          AND day >= p_from AND day < p_to
        GROUP BY 1, 2, 3
    )
    INSERT INTO building_month (
        subdistrict_code, building_code, month,
        visits, visits_no_access, dwellings_checked, records_checked, checked, correct, to_register, to_deregister, wrong_particulars,
        ground_checked, ground_correct, ground_to_register, ground_to_deregister, ground_wrong, rental_inspected, group_renting_found,
        first_dwellings_checked, first_records_checked, additions, changes, deregistrations, visit_ops, queries)
    SELECT p_sub, building_code, month,
        coalesce(sum(n) FILTER (WHERE measure = 'visits'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'visits_no_access'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'dwellings_checked'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'records_checked'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'checked'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'correct'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'to_register'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'to_deregister'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'wrong_particulars'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'ground_checked'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'ground_correct'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'ground_to_register'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'ground_to_deregister'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'ground_wrong'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'rental_inspected'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'group_renting_found'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'first_dwellings_checked'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'first_records_checked'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'additions'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'changes'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'deregistrations'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'visit_ops'), 0),
        coalesce(sum(n) FILTER (WHERE measure = 'queries'), 0)
    FROM part WHERE building_code IN (SELECT unnest(p_buildings)) GROUP BY building_code, month;
$$;
COMMENT ON FUNCTION wangge_recount_months IS '重算楼栋月流量(整年) / count the flows of these buildings again, whole years';

-- Stocks as change points. Everything is an event (+1, -1) in a month; a stock is the running sum.
CREATE FUNCTION wangge_recount_stock(p_sub text, p_buildings text[]) RETURNS void
LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(719, hashtext(p_sub));
    DELETE FROM building_stock WHERE subdistrict_code = p_sub AND building_code IN (SELECT unnest(p_buildings));

    WITH own AS MATERIALIZED (
        SELECT DISTINCT dwelling_code FROM dwelling_state
        WHERE subdistrict_code = p_sub AND building_code IN (SELECT unnest(p_buildings))
    ),
    state AS MATERIALIZED (  -- the last state of each month
        SELECT DISTINCT ON (s.dwelling_code, date_trunc('month', s.valid_from)) s.dwelling_code,
            date_trunc('month', s.valid_from)::date AS month, s.building_code, s.use, s.status
        FROM dwelling_state s JOIN own USING (dwelling_code)
        WHERE s.subdistrict_code = p_sub
        ORDER BY s.dwelling_code, date_trunc('month', s.valid_from), s.valid_from DESC
    ),
    record AS MATERIALIZED (
        SELECT r.dwelling_code, r.building_code, e.month, sum(e.n)::int AS n
        FROM registration r
        CROSS JOIN LATERAL (VALUES (date_trunc('month', r.since)::date, 1),
                                   (date_trunc('month', r.until)::date, -1)) AS e (month, n)
        WHERE r.subdistrict_code = p_sub AND e.month IS NOT NULL
          AND (r.building_code IN (SELECT unnest(p_buildings)) OR r.dwelling_code IN (SELECT dwelling_code FROM own))
        GROUP BY 1, 2, 3
    ),
    per_dwelling AS (
        SELECT dwelling_code, month, sum(n) AS n FROM record
        WHERE dwelling_code IN (SELECT dwelling_code FROM own) GROUP BY 1, 2
    ),
    timeline AS (
        SELECT dwelling_code, month, s.building_code, s.use, s.status,
            sum(coalesce(p.n, 0)) OVER (PARTITION BY dwelling_code ORDER BY month) AS residents,
            count(s.building_code) OVER (PARTITION BY dwelling_code ORDER BY month) AS spell
        FROM state s FULL JOIN per_dwelling p USING (dwelling_code, month)
    ),
    filled AS (
        SELECT dwelling_code, month, residents, coalesce(max(use) OVER w, '') AS use,
            coalesce(max(building_code) OVER w, l.last_building) AS building_code,
            coalesce(max(status) OVER w, 'not yet standing') AS status
        FROM timeline JOIN (
            SELECT DISTINCT ON (dwelling_code) dwelling_code, building_code AS last_building
            FROM state ORDER BY dwelling_code, month DESC) l USING (dwelling_code)
        WINDOW w AS (PARTITION BY dwelling_code, spell)
    ),
    flagged AS (  -- a record whose dwelling does not stand counts as unlinked, where the dwelling last was
        SELECT dwelling_code, month, building_code,
            stands::int AS dwelling,
            (status = 'occupied')::int AS occupied,
            (status = 'vacant')::int AS vacant,
            (stands AND use IN ('rented', 'long_term_rental', 'dormitory', 'group_renting'))::int AS rented,
            (status = 'occupied' AND residents = 0)::int AS without,
            CASE WHEN stands THEN residents ELSE 0 END AS residents,
            CASE WHEN stands THEN 0 ELSE residents END AS unlinked
        FROM filled, LATERAL (SELECT status IN ('occupied', 'vacant') AS stands) s
    ),
    event AS (
        SELECT building_code, month, dwelling, occupied, vacant, rented, without, residents, unlinked,
            0 AS sites, 0 AS organisations FROM flagged
        UNION ALL
        SELECT lag(building_code) OVER w, month, -lag(dwelling) OVER w, -lag(occupied) OVER w, -lag(vacant) OVER w,
            -lag(rented) OVER w, -lag(without) OVER w, -lag(residents) OVER w, -lag(unlinked) OVER w, 0, 0
        FROM flagged WINDOW w AS (PARTITION BY dwelling_code ORDER BY month)
        UNION ALL
        SELECT building_code, month, 0, 0, 0, 0, 0, 0, n, 0, 0 FROM record WHERE dwelling_code IS NULL
        UNION ALL
        SELECT b.building_code, e.month, 0, 0, 0, 0, 0, 0, 0, e.n, 0
        FROM (SELECT site_code, min(building_code) AS building_code, min(valid_from) AS valid_from,
                     max(valid_to) AS valid_to
              FROM key_site_building WHERE subdistrict_code = p_sub GROUP BY site_code) b  -- a site counts once
        JOIN key_site k ON k.subdistrict_code = p_sub AND k.code = b.site_code
        CROSS JOIN LATERAL (VALUES
            (date_trunc('month', greatest(b.valid_from, coalesce(k.opened_on, b.valid_from)))::date, 1),
            (date_trunc('month', least(b.valid_to, k.closed_on))::date, -1)) AS e (month, n)
        WHERE b.building_code IN (SELECT unnest(p_buildings)) AND e.month IS NOT NULL
        UNION ALL
        SELECT o.building_code, e.month, 0, 0, 0, 0, 0, 0, 0, 0, e.n
        FROM organisation o
        CROSS JOIN LATERAL (VALUES (date_trunc('month', coalesce(o.valid_from, '1949-10-01'))::date, 1),
                                   (date_trunc('month', o.valid_to)::date, -1)) AS e (month, n)
        WHERE o.subdistrict_code = p_sub AND o.building_code IN (SELECT unnest(p_buildings)) AND e.month IS NOT NULL
    ),
    net AS (
        SELECT building_code, month, sum(dwelling) AS dwelling, sum(occupied) AS occupied, sum(vacant) AS vacant,
            sum(rented) AS rented, sum(without) AS without, sum(residents) AS residents, sum(unlinked) AS unlinked,
            sum(sites) AS sites, sum(organisations) AS organisations
        FROM event WHERE building_code IN (SELECT unnest(p_buildings))
        GROUP BY 1, 2
        HAVING (sum(dwelling), sum(occupied), sum(vacant), sum(rented), sum(without), sum(residents), sum(unlinked),
                sum(sites), sum(organisations)) <> (0, 0, 0, 0, 0, 0, 0, 0, 0)
    )
    INSERT INTO building_stock (
        subdistrict_code, building_code, from_month, to_month, residents, dwellings, dwellings_occupied, dwellings_rented,
        dwellings_vacant, occupied_without_records, records_unlinked, key_sites, organisations)
    SELECT p_sub, building_code, month, lead(month) OVER w, sum(residents) OVER w, sum(dwelling) OVER w, sum(occupied) OVER w,
        sum(rented) OVER w, sum(vacant) OVER w, sum(without) OVER w, sum(unlinked) OVER w, sum(sites) OVER w,
        sum(organisations) OVER w
    FROM net WINDOW w AS (PARTITION BY building_code ORDER BY month);
$$;
COMMENT ON FUNCTION wangge_recount_stock IS '重算楼栋存量 / count the stocks of these buildings again, all months';

-- The dated states of dwellings. A change is dated by wangge.as_of where the loader knows the day, else today.
CREATE FUNCTION wangge_date_dwelling() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    as_of date := coalesce(nullif(current_setting('wangge.as_of', true), '')::date,
                           (now() AT TIME ZONE 'Asia/Shanghai')::date);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO dwelling_state (subdistrict_code, dwelling_code, valid_from, building_code, use, status)
        SELECT subdistrict_code, code, coalesce(created_on, '1949-10-01'), building_code, use,
               CASE WHEN status = 'retired' AND retired_on IS NOT NULL THEN 'occupied' ELSE status END
        FROM new_rows
        UNION ALL
        SELECT subdistrict_code, code, retired_on, building_code, use, 'retired'
        FROM new_rows WHERE status = 'retired' AND retired_on > coalesce(created_on, '1949-10-01');
    ELSE
        INSERT INTO dwelling_state (subdistrict_code, dwelling_code, valid_from, building_code, use, status)
        SELECT n.subdistrict_code, n.code,
               CASE WHEN n.status = 'retired' THEN coalesce(n.retired_on, as_of) ELSE as_of END,
               n.building_code, n.use, n.status
        FROM new_rows n JOIN old_rows o USING (subdistrict_code, code)
        WHERE (n.building_code, n.use, n.status) IS DISTINCT FROM (o.building_code, o.use, o.status)
        ON CONFLICT (subdistrict_code, dwelling_code, valid_from)
        DO UPDATE SET building_code = excluded.building_code, use = excluded.use, status = excluded.status;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER wangge_date_dwelling_insert AFTER INSERT ON dwelling
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION wangge_date_dwelling();
CREATE TRIGGER wangge_date_dwelling_update AFTER UPDATE ON dwelling
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION wangge_date_dwelling();

-- Which buildings a statement touched: TG_ARGV[0] is an SQL query over `touched` that yields
-- (subdistrict_code, building_code, day); a null day means that stocks, not months, are to be counted.
CREATE FUNCTION wangge_count_again() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rows text := CASE TG_OP WHEN 'INSERT' THEN 'SELECT * FROM new_rows'
                            WHEN 'DELETE' THEN 'SELECT * FROM old_rows'
                            ELSE 'SELECT * FROM new_rows UNION ALL SELECT * FROM old_rows' END;
    t record;
BEGIN
    IF current_setting('wangge.defer_counts', true) = 'on' THEN
        RETURN NULL;
    END IF;
    FOR t IN EXECUTE format(
        'WITH touched AS (%s) SELECT subdistrict_code AS sub, array_agg(DISTINCT building_code) AS buildings, '
        'date_trunc(''year'', min(day))::date AS first, (date_trunc(''year'', max(day)) + interval ''1 year'')::date AS last '
        'FROM (%s) q WHERE building_code IS NOT NULL GROUP BY 1', rows, TG_ARGV[0])
    LOOP
        IF t.first IS NULL THEN
            PERFORM wangge_recount_stock(t.sub, t.buildings);
        ELSE
            PERFORM wangge_recount_months(t.sub, t.buildings, t.first, t.last);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

DO $$
DECLARE
    source record;
    op text;
BEGIN
    FOR source IN SELECT * FROM (VALUES
        ('check_visit', $q$
            SELECT subdistrict_code, building_code, month AS day FROM touched
            UNION ALL  -- the first check of the year may have been elsewhere
            SELECT v.subdistrict_code, v.building_code, t.month FROM touched t
            JOIN check_visit v ON v.subdistrict_code = t.subdistrict_code AND v.dwelling_code = t.dwelling_code
            WHERE v.building_code <> t.building_code $q$),
        ('check_result', $q$
            SELECT v.subdistrict_code, v.building_code, v.month AS day FROM touched t
            JOIN check_visit v ON v.subdistrict_code = t.subdistrict_code AND v.id = t.visit_id
            UNION ALL
            SELECT v.subdistrict_code, v.building_code, v.month FROM touched t
            JOIN check_result r ON r.subdistrict_code = t.subdistrict_code AND r.record_hash = t.record_hash
            JOIN check_visit v ON v.subdistrict_code = r.subdistrict_code AND v.id = r.visit_id $q$),
        ('register_activity', $q$
            SELECT subdistrict_code, nullif(building_code, '') AS building_code, day FROM touched $q$),
        ('registration', $q$
            SELECT subdistrict_code, building_code, NULL::date AS day FROM touched
            UNION ALL
            SELECT s.subdistrict_code, s.building_code, NULL FROM touched t
            JOIN dwelling_state s ON s.subdistrict_code = t.subdistrict_code AND s.dwelling_code = t.dwelling_code
            WHERE s.building_code <> t.building_code $q$),
        ('dwelling_state', $q$
            SELECT subdistrict_code, building_code, NULL::date AS day FROM touched
            UNION ALL
            SELECT s.subdistrict_code, s.building_code, NULL FROM touched t
            JOIN dwelling_state s ON s.subdistrict_code = t.subdistrict_code AND s.dwelling_code = t.dwelling_code $q$),
        ('organisation', $q$ SELECT subdistrict_code, building_code, NULL::date AS day FROM touched $q$),
        ('key_site_building', $q$ SELECT subdistrict_code, building_code, NULL::date AS day FROM touched $q$),
        ('key_site', $q$
            SELECT b.subdistrict_code, b.building_code, NULL::date AS day FROM touched t
            JOIN key_site_building b ON b.subdistrict_code = t.subdistrict_code AND b.site_code = t.code $q$)
    ) AS s (table_name, query)
    LOOP
        FOREACH op IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
            EXECUTE format(
                'CREATE TRIGGER wangge_count_%s_%s AFTER %s ON %I REFERENCING %s FOR EACH STATEMENT '
                'EXECUTE FUNCTION wangge_count_again(%L)',
                source.table_name, lower(op), op, source.table_name,
                CASE op WHEN 'INSERT' THEN 'NEW TABLE AS new_rows' WHEN 'DELETE' THEN 'OLD TABLE AS old_rows'
                        ELSE 'NEW TABLE AS new_rows OLD TABLE AS old_rows' END,
                source.query);
        END LOOP;
    END LOOP;
END $$;

-- The service does not own the tables and so may not ANALYZE them; a loader needs it before it counts.
CREATE FUNCTION wangge_analyze(p_table text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF p_table NOT IN ('building', 'dwelling', 'registration', 'check_visit', 'check_result', 'register_activity',
                       'key_site', 'organisation', 'building_month', 'building_stock', 'version_building', 'plot',
                       'plot_assignment', 'micro_grid') THEN
        RAISE EXCEPTION 'no statistics for %', p_table;
    END IF;
    EXECUTE format('ANALYZE %I', p_table);
    IF p_table = 'dwelling' THEN
        ANALYZE dwelling_state;
    END IF;
END $$;
REVOKE ALL ON FUNCTION wangge_analyze FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wangge_analyze TO wangge_service;
