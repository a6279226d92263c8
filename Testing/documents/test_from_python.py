"""The page for Python does what it says: its script runs, and what its table names is there."""

import csv
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.bundle import load_bundle
from Testing.documents.imports import ROOT
from Testing.in_process import stay_in_process

PAGE = (ROOT / "docs" / "from-python.md").read_text(encoding="utf-8")
HEADER = (
    "case_id",
    "role",
    "response",
    "original_shape_VoxelVolume",
    "multinodular",
    "portal_vein_invasion",
    "child_pugh_class",
    "afp_ng_per_ml",
)


def write_cohort(path: Path, n: int, seed: int) -> None:
    """Patients of whom size and clinical values are known, one of them without a size."""
    rng = np.random.default_rng(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for i in range(n):
            volume = "" if i == 0 else f"{rng.lognormal(11, 1):.1f}"
            words = [str(rng.choice(pair)) for pair in (("yes", "no"), ("yes", "no"), ("A", "B"))]
            afp = f"{rng.uniform(1, 99):.1f}"
            writer.writerow([f"{path.stem}-{i}", "training", i % 2, volume, *words, afp])


def test_the_script_trains_and_validates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    stay_in_process(monkeypatch)
    write_cohort(tmp_path / "cohort.csv", 41, 1)
    write_cohort(tmp_path / "others.csv", 30, 2)
    exec(compile(script, "from-python.md", "exec"), {"__name__": "__main__"})
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("cohort-0 (line 2) is left out: no image ct_arterial")
    assert f"my-bundle {load_bundle('my-bundle').sha256}" in printed
    assert printed[-1] == str(Path("my-report", "report.html"))
    assert Path(printed[-1]).is_file()


def test_the_table_names_what_is_there() -> None:
    rows = re.findall(r"^\| `[a-z -]+` \| `([\w.]+)`[^|]*\| (.+) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 12
    for function, argument in rows:
        place, name = f"TACEResponseLib.{function}".rsplit(".", 1)
        assert callable(getattr(import_module(place), name))
        for request in re.findall(r"`([\w.]+)`", argument):
            home, _, kind = request.rpartition(".")
            module = import_module(f"TACEResponseLib.{home}" if home else place)
            assert kind in vars(module)
