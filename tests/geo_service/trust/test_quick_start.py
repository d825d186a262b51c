"""A start imports what every request needs and nothing else; the rest comes later by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from geo_service import database
from geo_service.warming import LATER, Warming

#: Each of these costs a third of a second to two seconds of CPU and serves few requests.
NOT_AT_START = {
    "alembic", "docx", "docxtpl", "esda", "folium", "libpysal", "matplotlib", "networkx", "numba", "openpyxl", "sklearn",
    "scipy.optimize", "scipy.stats", "weasyprint", "xlsxwriter",
}  # fmt: skip


def test_a_start_leaves_the_heavy_libraries_for_later(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from geo_service.cli.up import application;"
        "from geo_service.app import create_app; from geo_service.settings import Settings;"
        f"create_app(Settings(database_url='postgresql://nobody@/none', data_dir=Path({str(tmp_path)!r})));"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120).stdout  # fmt: skip
    assert "geo_service.app" in loaded.split()
    assert set(loaded.split()) & NOT_AT_START == set()


def test_what_is_fetched_later_exists() -> None:
    program = f"import importlib\nfor name in {LATER!r}: importlib.import_module(name)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_warming_imports_and_stops_when_told() -> None:
    program = (
        "import sys, time; from geo_service.warming import Warming;"
        "w = Warming(('no_such_module', 'xlsxwriter'), 0.0); w.begin();"
        "time.sleep(0.3); w.close(); assert 'xlsxwriter' in sys.modules;"
        "v = Warming(('openpyxl',), 60.0); v.begin(); v.close(); assert 'openpyxl' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    Warming().close()  # one that never began


def test_the_line_of_revisions_is_that_of_alembic() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    known = [r.revision for r in ScriptDirectory.from_config(config).walk_revisions()]
    assert database.revisions() == known[::-1]
