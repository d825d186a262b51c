"""Generated requests against the published definition: no failure of the server, nothing undocumented."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
PATHS = r"^/(collections/(buildings|micro-grid-indicators)(/.*)?|changes|conformance|tiles/.*|collections)$"


def test_generated_requests_find_no_failure(service: Any, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{service.url}/ogc/api", "--checks", CHECKS,
        "--phases", "coverage,fuzzing", "--max-examples", "12", "--seed", "7", "--include-path-regex", PATHS,
        "-H", "Authorization: Bearer wg_test_key", "--generation-database", "none", "--max-failures", "5",
    ]  # fmt: skip
    clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run(command, capture_output=True, text=True, env=clean, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-1_000:]
