#!/bin/sh
# Run once by the database image when the volume is empty: the service's own role, with a password from its secret.
# Everything else (the tables' owner, extensions, tables) is made by `wangge db upgrade`.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=password="$(cat /run/secrets/service_password)" <<'SQL'
CREATE ROLE wangge_service LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'password';
SQL
