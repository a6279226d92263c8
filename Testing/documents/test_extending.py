"""docs/extending.md is run as it stands, in a copy of the program."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from Testing.documents.imports import ROOT
from Testing.documents.page_blocks import Block, blocks_of, put

BLOCKS = list(blocks_of((ROOT / "docs" / "extending.md").read_text(encoding="utf-8")))
NETWORK, KIND, VARIABLE = "A network", "A kind of evidence", "A clinical variable"
FILE, TOPIC = "A file of a result", "A topic of the report"
# One process for all that is run: importing torch takes longer than the rest.
RUN = """
import json, shlex
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from TACEResponseLib.basics.process import worker_pool
from TACEResponseLib.commands import cli
worker_pool.workers = lambda jobs: ThreadPoolExecutor(1)
for language, text in json.loads(Path("run.json").read_text()):
    if language == "python":
        exec(text, {})
        continue
    for line in text.splitlines():
        program, *arguments = shlex.split(line)
        assert program == "tace-response", line
        status = cli.main(arguments)
        assert status == 0, f"{line}: {status}"
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with everything that the page adds, and what its commands wrote."""
    root = tmp_path_factory.mktemp("extended")
    ignored = shutil.ignore_patterns("__pycache__", "Bundles")
    for name in ("TACEResponseLib", "Resources"):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for block in BLOCKS:
        if block.file:
            put(block, root)
    commands = [(block.language, block.text) for block in BLOCKS if not block.file]
    (root / "run.json").write_text(json.dumps(commands), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    program = [sys.executable, "-c", RUN]
    ran = subprocess.run(
        program, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return root


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def metadata_of(bundle: Path) -> Any:
    text = (bundle / "configs" / "metadata.json").read_text(encoding="utf-8")
    return json.loads(text)["tace_response"]


def added(block: Block) -> int:
    return sum(line.startswith("+") for line in block.text.splitlines())


@pytest.mark.parametrize(
    ("section", "folder", "lines"),
    [
        (NETWORK, "evidence/image_network/architectures", {"known_networks.py": 1}),
        (KIND, "evidence/diameter", {"kinds.py": 1}),
        (VARIABLE, "", {"schema.json": 10}),
        (FILE, "output", {"result_folder.py": 2}),
        (TOPIC, "validation/topics/spread", {"topics.py": 2}),
    ],
)
def test_each_addition_touches_what_the_page_says(
    section: str, folder: str, lines: dict[str, int]
) -> None:
    here = [block for block in BLOCKS if block.section == section]
    new = {Path(block.file).parent.as_posix() for block in here if block.language != "diff"}
    assert new == ({f"TACEResponseLib/{folder}"} if folder else set())
    counted: Counter[str] = Counter()
    for block in here:
        if block.language == "diff":
            counted[Path(block.file).name] += added(block)
            assert not any(line.startswith("-") for line in block.text.splitlines())
    assert dict(counted) == lines


def test_the_kind_trains_and_lies_in_the_bundle_with_its_network_and_variable(
    copied: Path,
) -> None:
    branches = metadata_of(copied / "mine")["branches"]
    assert [branch["kind"] for branch in branches] == ["image_network", "diameter", "clinical"]
    network, diameter, clinical = branches
    assert network["settings"]["network"] == "plain_cnn"
    inference = json.loads((copied / "mine" / "configs" / "inference.json").read_text())
    assert inference["network_def"]["_target_"] == "TACEResponseLib.networks.plain_cnn"
    training = [row for row in rows_of(copied / "cohort" / "cohort.csv") if row["response"]]
    spleens = [float(row["spleen_volume_ml"]) for row in training]
    assert clinical["state"]["columns"][0]["mean"] == pytest.approx(sum(spleens) / len(spleens))
    column = diameter["column"]
    card = (copied / "mine" / "docs" / "README.md").read_text(encoding="utf-8")
    assert f"over a diameter of {column['mean']:.1f} mm" in card


def test_the_kind_scores_by_the_formula_that_its_bundle_holds(copied: Path) -> None:
    record = json.loads((copied / "result" / "prediction.json").read_text(encoding="utf-8"))
    (said,) = (branch for branch in record["branches"] if branch["kind"] == "diameter")
    (part,) = (b for b in metadata_of(copied / "mine")["branches"] if b["kind"] == "diameter")
    (feature,) = said["radiomics"]
    lesion = max(record["lesions"], key=lambda one: one["largest_axial_area_mm2"])
    assert feature["value"] == lesion["longest_axial_diameter_mm"]
    z_score = (feature["value"] - part["column"]["mean"]) / part["column"]["sd"]
    assert said["logit"] == pytest.approx(part["intercept"] + part["slope"] * z_score, abs=1e-12)


def test_the_kind_s_prepared_patients_are_kept_as_safetensors(copied: Path) -> None:
    from safetensors import safe_open

    diameters = []
    for path in (copied / "cache").rglob("*.safetensors"):
        with safe_open(path, framework="np") as file:
            if file.metadata()["kind"] == "diameter":
                diameters += file.get_tensor("diameter_mm").tolist()
    (part,) = (b for b in metadata_of(copied / "mine")["branches"] if b["kind"] == "diameter")
    assert len(diameters) == len(rows_of(copied / "cohort" / "cohort.csv"))
    assert part["column"]["minimum"] == min(diameters)
    assert part["column"]["maximum"] == max(diameters)


def test_the_validation_looks_at_the_drift_of_the_kind(copied: Path) -> None:
    drift = {row["input"]: row for row in rows_of(copied / "validation" / "drift.csv")}
    # These patients trained it.
    assert float(drift["diameter: longest_axial_diameter_mm"]["mean, training SD"]) == 0
    assert "clinical: spleen_volume_ml" in drift


def test_the_new_file_lies_in_the_result_and_in_its_record(copied: Path) -> None:
    record = json.loads((copied / "result" / "prediction.json").read_text(encoding="utf-8"))
    assert "lesions.csv" in record["files"]
    lesions = [lesion for lesion in record["lesions"] if not lesion["is_speck"]]
    volumes = [float(row["volume_ml"]) for row in rows_of(copied / "result" / "lesions.csv")]
    assert volumes == [lesion["volume_ml"] for lesion in lesions]


def test_the_new_topic_stands_in_the_report_and_beside_it(copied: Path) -> None:
    predictions = rows_of(copied / "validation" / "predictions.csv")
    said = [float(row["mine"]) for row in predictions]
    (row,) = rows_of(copied / "validation" / "spread.csv")
    assert float(row["median"]) == pytest.approx(median(said), abs=0.00501)
    page = (copied / "validation" / "report.html").read_text(encoding="utf-8")
    assert "Spread of the probabilities" in page
