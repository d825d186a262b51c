"""The server's settings: safe through a power cut, sized to the machine, closed to the network."""

from __future__ import annotations

import os

from geo_service.local_postgis.place import Place

INCLUDE = "include_if_exists = 'wangge.conf'"

ALWAYS = {
    "listen_addresses": "''",  # the unix socket is the only way in
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "jit": "off",  # compiling a plan costs more than any of our statements save
    "random_page_cost": "1.1",
    "work_mem": "'32MB'",
    "max_wal_size": "'2GB'",
    "timezone": "'UTC'",  # days and months are cut in SQL with the town's zone named
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %q%u@%d '",
    "log_parameter_max_length": "0",  # bound values may be about homes; they have no place in a log
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "idle_in_transaction_session_timeout": "'10min'",
    "password_encryption": "'scram-sha-256'",
}
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Ready to archive, to nowhere yet: `wangge db archive` then needs no restart under whoever works or supervises.
    "archive_mode": "on",
    "archive_command": "'true'",
}
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def write(place: Place, durable: bool) -> None:
    """Write ``wangge.conf`` and have ``postgresql.conf`` include it once; takes effect at the next start."""
    settings = ALWAYS | (DURABLE if durable else FAST) | _memory(durable)
    text = "# Written at every start; put your own settings after the include in postgresql.conf.\n"
    text += "".join(f"{name} = {value}\n" for name, value in settings.items())
    conf = place.data / "wangge.conf"
    conf.write_text(text, encoding="utf-8")
    conf.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(conf, place.owner.pw_uid, place.owner.pw_gid)
    main = place.data / "postgresql.conf"
    if INCLUDE not in main.read_text(encoding="utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write(f"\n{INCLUDE}\n")


def _memory(durable: bool) -> dict[str, str]:
    """A sixth of the machine's memory for the server's own cache, between 128 MB and 1 GB."""
    machine_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    cache_mb = min(max(machine_mb // 6, 128), 1024) if durable else 128
    return {
        "shared_buffers": f"'{cache_mb}MB'",
        "effective_cache_size": f"'{max(machine_mb // 2, 256)}MB'",
        "maintenance_work_mem": f"'{min(max(machine_mb // 16, 64), 512)}MB'",
    }
