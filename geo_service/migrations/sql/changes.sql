-- The change feed and the data versions, for whoever writes.
-- Statement triggers gather what changed; a deferred trigger, the last thing before the commit, numbers it.
-- Numbers are taken under a lock that is held until the commit is done: so they are in commit order and without
-- gaps, and a reader that has seen number n has seen everything up to n.

CREATE FUNCTION wangge_touch() RETURNS trigger LANGUAGE plpgsql AS $$
-- TG_ARGV: layer, column that names the feature, and ('feed' or 'quiet'); a very large statement becomes one row '*'.
DECLARE
    layer text := TG_ARGV[0];
    feature text := TG_ARGV[1];
    hidden text[] := ARRAY['geom', 'geom_3857', 'batch_id', 'fid', 'subdistrict_code', 'operator_code'];
    rows text := CASE TG_OP WHEN 'DELETE' THEN 'old_rows' ELSE 'new_rows' END;
    n bigint;
BEGIN
    EXECUTE format('INSERT INTO pending_commit (subdistrict_code, txid, layer) SELECT DISTINCT subdistrict_code, '
                   'txid_current(), %L FROM %I ON CONFLICT DO NOTHING', layer, rows);
    IF TG_ARGV[2] = 'quiet' THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT count(*) FROM %I', rows) INTO n;
    IF n > 10000 THEN
        EXECUTE format('INSERT INTO pending_change (subdistrict_code, txid, layer, feature_code, operation, after) '
                       'SELECT subdistrict_code, txid_current(), %L, ''*'', ''bulk'', jsonb_build_object(''features'', count(*)) '
                       'FROM %I GROUP BY 1', layer, rows);
    ELSIF TG_OP = 'INSERT' THEN
        EXECUTE format('INSERT INTO pending_change (subdistrict_code, txid, layer, feature_code, operation, after) '
                       'SELECT subdistrict_code, txid_current(), %L, %I, ''created'', to_jsonb(n) - $1 FROM new_rows n',
                       layer, feature) USING hidden;
    ELSIF TG_OP = 'DELETE' THEN
        EXECUTE format('INSERT INTO pending_change (subdistrict_code, txid, layer, feature_code, operation, before) '
                       'SELECT subdistrict_code, txid_current(), %L, %I, ''deleted'', to_jsonb(o) - $1 FROM old_rows o',
                       layer, feature) USING hidden;
    ELSE
        EXECUTE format('INSERT INTO pending_change (subdistrict_code, txid, layer, feature_code, operation, before, after) '
                       'SELECT n.subdistrict_code, txid_current(), %L, n.%I, ''updated'', to_jsonb(o) - $1, to_jsonb(n) - $1 '
                       'FROM new_rows n JOIN old_rows o ON o.fid = n.fid '
                       'WHERE to_jsonb(o) - ''geom_3857''::text <> to_jsonb(n) - ''geom_3857''::text',
                       layer, feature) USING hidden;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION wangge_number_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
    last bigint;
    v bigint;
BEGIN
    -- One committer at a time per subdistrict, from here to the end of its commit.
    PERFORM pg_advisory_xact_lock(717, hashtext(NEW.subdistrict_code));
    SELECT count(*) INTO n FROM pending_change
    WHERE subdistrict_code = NEW.subdistrict_code AND txid = NEW.txid AND layer = NEW.layer;
    IF n > 0 THEN
        INSERT INTO change_cursor (subdistrict_code, last_seq) VALUES (NEW.subdistrict_code, n)
        ON CONFLICT (subdistrict_code) DO UPDATE SET last_seq = change_cursor.last_seq + n
        RETURNING last_seq INTO last;
        INSERT INTO change (subdistrict_code, seq, layer, feature_code, operation, before, after, at)
        SELECT subdistrict_code, last - n + row_number() OVER (ORDER BY id), layer, feature_code, operation, before, after,
            clock_timestamp()
        FROM pending_change WHERE subdistrict_code = NEW.subdistrict_code AND txid = NEW.txid AND layer = NEW.layer;
        DELETE FROM pending_change
        WHERE subdistrict_code = NEW.subdistrict_code AND txid = NEW.txid AND layer = NEW.layer;
    END IF;
    INSERT INTO data_version (subdistrict_code, layer, version, changed_at)
    VALUES (NEW.subdistrict_code, NEW.layer, 1, clock_timestamp())
    ON CONFLICT (subdistrict_code, layer)
    DO UPDATE SET version = data_version.version + 1, changed_at = clock_timestamp()
    RETURNING version INTO v;
    DELETE FROM pending_commit
    WHERE subdistrict_code = NEW.subdistrict_code AND txid = NEW.txid AND layer = NEW.layer;
    PERFORM pg_notify('wangge_data', NEW.subdistrict_code || ' ' || NEW.layer || ' ' || v);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wangge_number_changes AFTER INSERT ON pending_commit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wangge_number_changes();

DO $$
DECLARE
    source record;
    op text;
BEGIN
    FOR source IN SELECT * FROM (VALUES
        ('building', 'buildings', 'code', 'feed'),
        ('key_site', 'key-sites', 'code', 'feed'),
        ('area', 'areas', 'code', 'feed'),
        ('version_building', 'boundary-versions', 'building_code', 'quiet'),
        ('building_month', 'figures', 'building_code', 'quiet'),
        ('building_stock', 'figures', 'building_code', 'quiet'),
        ('release', 'releases', 'id', 'quiet'),
        ('release_value', 'releases', 'area_code', 'quiet'),
        ('barrier', 'backdrop', 'id', 'quiet'),
        ('backdrop', 'backdrop', 'id', 'quiet'),
        ('inspection', 'inspections', 'id', 'quiet'),
        ('inspection_stop', 'inspections', 'id', 'quiet')
    ) AS s (table_name, layer, feature, feed)
    LOOP
        FOREACH op IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
            EXECUTE format(
                'CREATE TRIGGER wangge_touch_%s_%s AFTER %s ON %I REFERENCING %s FOR EACH STATEMENT '
                'EXECUTE FUNCTION wangge_touch(%L, %L, %L)',
                source.table_name, lower(op), op, source.table_name,
                CASE op WHEN 'INSERT' THEN 'NEW TABLE AS new_rows' WHEN 'DELETE' THEN 'OLD TABLE AS old_rows'
                        ELSE 'NEW TABLE AS new_rows OLD TABLE AS old_rows' END,
                source.layer, source.feature, source.feed);
        END LOOP;
    END LOOP;
END $$;

-- Drafts are nobody's business outside: the grids of a version enter the feed when it is published, and again when
-- its dates or its status change. Drawing on a draft touches no served layer.
CREATE FUNCTION wangge_touch_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was text := CASE TG_OP WHEN 'UPDATE' THEN OLD.status ELSE 'draft' END;
BEGIN
    IF NEW.status = 'draft' AND was = 'draft' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.status, NEW.valid_from, NEW.valid_to) IS NOT DISTINCT FROM
                            (OLD.status, OLD.valid_from, OLD.valid_to) THEN
        RETURN NULL;
    END IF;
    INSERT INTO pending_commit (subdistrict_code, txid, layer)
    VALUES (NEW.subdistrict_code, txid_current(), 'micro-grids'), (NEW.subdistrict_code, txid_current(), 'boundary-versions')
    ON CONFLICT DO NOTHING;
    INSERT INTO pending_change (subdistrict_code, txid, layer, feature_code, operation, before, after)
    SELECT g.subdistrict_code, txid_current(), 'micro-grids', g.code,
        CASE WHEN was = 'draft' THEN 'created' WHEN NEW.status = 'withdrawn' THEN 'deleted' ELSE 'updated' END,
        CASE WHEN was <> 'draft' THEN jsonb_build_object('version_id', g.version_id, 'name', g.name,
            'committee_code', g.committee_code, 'valid_from', OLD.valid_from, 'valid_to', OLD.valid_to) END,
        CASE WHEN NEW.status <> 'withdrawn' THEN jsonb_build_object('version_id', g.version_id, 'name', g.name,
            'committee_code', g.committee_code, 'valid_from', NEW.valid_from, 'valid_to', NEW.valid_to) END
    FROM micro_grid g WHERE g.subdistrict_code = NEW.subdistrict_code AND g.version_id = NEW.id ORDER BY g.code;
    RETURN NULL;
END $$;
CREATE TRIGGER wangge_touch_version AFTER INSERT OR UPDATE ON boundary_version
    FOR EACH ROW EXECUTE FUNCTION wangge_touch_version();
