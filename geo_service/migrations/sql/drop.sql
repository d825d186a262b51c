-- The way back to an empty database: our tables, our functions, nothing of PostGIS.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('spatial_ref_sys', 'alembic_version')
    LOOP
        EXECUTE format('DROP TABLE public.%I CASCADE', name);
    END LOOP;
    FOR name IN
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'wangge\_%'
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', name);
    END LOOP;
END $$;
