"""The files that an office's machine needs around the service: systemd units, a TLS proxy, alerts."""
