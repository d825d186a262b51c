-- Row-level security. First wall: the subdistrict. Second wall: the committees a person is limited to,
-- for everything finer than a building. Settings are read through (SELECT …), once per statement, not per row.
-- A setting that is missing shows nothing.
DO $$
DECLARE
    t text;
    own text := 'subdistrict_code = (SELECT current_setting(''wangge.subdistrict'', true))';
    all_committees text := '(SELECT current_setting(''wangge.committees'', true)) = ''*''';
    my_buildings text := 'building_code IN (SELECT b.code FROM building b WHERE b.subdistrict_code = '
        || '(SELECT current_setting(''wangge.subdistrict'', true)) AND b.committee_code = ANY '
        || '(string_to_array((SELECT current_setting(''wangge.committees'', true)), '','')))';
    signing_in text := '(SELECT current_setting(''wangge.signing_in'', true)) = ''on''';
BEGIN
    FOR t IN
        SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'subdistrict_code'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO wangge_service', t);
        IF t IN ('account', 'session', 'api_key') THEN
            EXECUTE format('CREATE POLICY own_subdistrict ON %I USING (%s OR %s)', t, own, signing_in);
        ELSE
            EXECUTE format('CREATE POLICY own_subdistrict ON %I USING (%s)', t, own);
        END IF;
    END LOOP;

    FOREACH t IN ARRAY ARRAY['dwelling', 'dwelling_state', 'registration', 'check_visit', 'finding', 'building_month',
                             'building_stock', 'check_task']
    LOOP
        EXECUTE format('CREATE POLICY own_committees ON %I AS RESTRICTIVE USING (%s OR %s)',
                       t, all_committees, my_buildings);
    END LOOP;

    FOREACH t IN ARRAY ARRAY['room', 'dwelling_tag']
    LOOP
        EXECUTE format('CREATE POLICY own_committees ON %I AS RESTRICTIVE USING (%s OR EXISTS (SELECT FROM dwelling d '
                       'WHERE d.subdistrict_code = %I.subdistrict_code AND d.code = %I.dwelling_code))',
                       t, all_committees, t, t);
    END LOOP;
    EXECUTE format('CREATE POLICY own_committees ON check_result AS RESTRICTIVE USING (%s OR EXISTS (SELECT FROM '
                   'check_visit v WHERE v.subdistrict_code = check_result.subdistrict_code AND v.id = visit_id))',
                   all_committees);
    EXECUTE format('CREATE POLICY own_committees ON source_list AS RESTRICTIVE USING (%s)', all_committees);
END $$;

ALTER TABLE subdistrict ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_subdistrict ON subdistrict
    USING (code = (SELECT current_setting('wangge.subdistrict', true))
           OR (SELECT current_setting('wangge.signing_in', true)) = 'on');
GRANT SELECT, INSERT, UPDATE ON subdistrict TO wangge_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO wangge_service;
GRANT SELECT ON alembic_version TO wangge_service;

-- What has happened cannot be unsaid: the service may add to the audit and to the feed, never change them.
REVOKE UPDATE, DELETE ON audit_event FROM wangge_service;
REVOKE UPDATE, DELETE ON change FROM wangge_service;
REVOKE UPDATE, DELETE ON release, release_block, release_value FROM wangge_service;
