"""``make bench``: every benchmark, one after the other, each in a process of its own; prints their tables."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run every ``bench_*.py`` beside this file; the exit code counts those that failed."""
    failed = 0
    for script in sorted(HERE.glob("bench_*.py")):
        print(f"\n━━ {script.stem.removeprefix('bench_')} ━━", flush=True)
        began = time.monotonic()
        failed += (
            subprocess.run(
                [sys.executable, str(script), *sys.argv[1:]], cwd=HERE.parent, check=False
            ).returncode
            != 0
        )
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
