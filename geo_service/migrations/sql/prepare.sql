-- Once per database, by a superuser.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
DO $$
BEGIN
    -- Several databases of one cluster may be prepared at the same moment (parallel tests).
    PERFORM pg_advisory_xact_lock(7160001);
    IF to_regrole('wangge_owner') IS NULL THEN
        CREATE ROLE wangge_owner NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
    IF to_regrole('wangge_service') IS NULL THEN
        CREATE ROLE wangge_service LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
END $$;
GRANT wangge_owner TO CURRENT_USER;
GRANT wangge_service TO CURRENT_USER;
GRANT USAGE, CREATE ON SCHEMA public TO wangge_owner;
GRANT USAGE ON SCHEMA public TO wangge_service;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- `&&` compares boxes and says nothing about rows it rejects; marked so, the GiST index serves under RLS.
ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
