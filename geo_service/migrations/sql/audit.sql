-- What has happened stays: nobody changes or removes an entry of the audit by accident, the owner of the table
-- included. A superuser can switch the trigger off; then the chain of hashes and the anchors outside tell.
CREATE FUNCTION wangge_keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_event only grows' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER wangge_keep_audit BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION wangge_keep_audit();

-- Who entered how much in which building is seen by those whose committees these are.
CREATE POLICY own_committees ON register_activity AS RESTRICTIVE USING (
    (SELECT current_setting('wangge.committees', true)) = '*'
    OR building_code IN (
        SELECT b.code FROM building b
        WHERE b.subdistrict_code = (SELECT current_setting('wangge.subdistrict', true))
          AND b.committee_code = ANY (string_to_array((SELECT current_setting('wangge.committees', true)), ','))));

-- A before-image is a whole former row: beyond the office only who loaded the batch sees it, to undo it.
CREATE POLICY own_batches ON load_row AS RESTRICTIVE USING (
    (SELECT current_setting('wangge.committees', true)) = '*'
    OR EXISTS (SELECT FROM load_batch b
               WHERE b.subdistrict_code = load_row.subdistrict_code AND b.id = load_row.batch_id
                 AND b.account = (SELECT current_setting('wangge.account', true))));

-- Names of accounts are unique in the whole installation, since people sign in without naming a subdistrict.
-- Under row-level security a name of another subdistrict is invisible; this answers yes or no and shows nothing.
CREATE FUNCTION wangge_account_exists(p_name text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    'SELECT EXISTS (SELECT FROM public.account WHERE name = p_name)';
REVOKE ALL ON FUNCTION wangge_account_exists(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wangge_account_exists(text) TO wangge_service;

-- Whatever else names a dwelling is seen by those who see the dwelling.
DO $$
DECLARE
    t text;
BEGIN
    FOR t IN
        SELECT c.table_name FROM information_schema.columns c
        WHERE c.table_schema = 'public' AND c.column_name = 'dwelling_code'
          AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.table_name AND p.permissive = 'RESTRICTIVE')
    LOOP
        EXECUTE format('CREATE POLICY own_committees ON %I AS RESTRICTIVE USING ('
                       '(SELECT current_setting(''wangge.committees'', true)) = ''*'' OR dwelling_code IS NULL OR EXISTS ('
                       'SELECT FROM dwelling d WHERE d.subdistrict_code = %I.subdistrict_code AND d.code = %I.dwelling_code))',
                       t, t, t);
    END LOOP;
END $$;
