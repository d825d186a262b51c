#!/bin/sh
# Make the secrets that docker-compose.yml names, once; existing ones are kept. Keep a copy of hash_key apart from the
# backups: without it the registrations of a restored database can no longer be matched.
# usage: docker/make_secrets.sh [FOLDER]      (default: secrets)
set -eu
folder=${1:-secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
put() { [ -s "$1" ] || printf '%s' "$2" > "$1"; }
for name in admin_password service_password hash_key; do put "$name" "$(random)"; done
put admin_url "postgresql://postgres:$(cat admin_password)@database:5432/wangge"
put database_url "postgresql://wangge_service:$(cat service_password)@database:5432/wangge"
# The containers' unprivileged users read them; the folder keeps everybody else out.
chmod 644 ./*
