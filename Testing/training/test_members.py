"""What the table alone can tell is told before any image is read."""

import csv
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.commands.cli import main
from TACEResponseLib.training.plan import TrainingRequest, plan_training
from TACEResponseLib.training.run import train_planned

KNOWN = {
    "afp_ng_per_ml": 20,
    "multinodular": "no",
    "portal_vein_invasion": "no",
    "child_pugh_class": "A",
}


def cohort(folder: Path, **cells: object) -> Path:
    """Forty patients whose images nobody could read."""
    rows = []
    for n in range(40):
        files = {}
        for column in ("ct_arterial", "roi"):
            path = folder / f"{column}{n}.nii"
            path.write_bytes(f"no image of {column} {n}".encode())
            files[column] = path.name
        rows.append({"case_id": f"P{n}", "role": "training", "response": n % 2, **files, **cells})
    with (folder / "cohort.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder / "cohort.csv"


def test_a_clinical_column_that_lacks_is_refused_before_images_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = cohort(tmp_path)
    words = ["train", "--recipe", "ct-volume-clinical", "--cohort", str(table), "--jobs", "1"]
    assert main([*words, "--output", str(tmp_path / "mine")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "must be known for" in line
    assert "training patient, got 40 of 40 without it" in line
    assert not (tmp_path / "mine").exists()


def test_with_every_column_the_images_come_next(tmp_path: Path) -> None:
    from TACEResponseLib.recipe.reading import find_recipe, read_recipe

    recipe = read_recipe(find_recipe("ct-volume-clinical"))
    inputs = [v for s in recipe.branches for v in s.clinical_inputs]
    assert {v.name for v in inputs} <= set(KNOWN), "the table below knows them all"
    table = cohort(tmp_path, **KNOWN)
    request = TrainingRequest(
        recipe="ct-volume-clinical",
        cohort=table,
        output=tmp_path / "mine",
        cache=tmp_path / "cache",
        jobs=1,
    )
    with pytest.raises(InputError, match=r"P0 .*ct_arterial"):
        train_planned(plan_training(request))


def test_a_check_of_the_table_refuses_what_training_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = cohort(tmp_path)
    words = ["cohort", "check", "--table-only", str(table), "--recipe", "ct-volume-clinical"]
    assert main(words) == 2
    assert "training patient, got 40 of 40 without it" in capsys.readouterr().err
    text = cohort(tmp_path, **KNOWN).read_text()
    table.write_text("\n".join(row.replace("training,0,", "training,1,") for row in text.split()))
    assert main(words) == 2
    line = capsys.readouterr().err
    assert "got 40 of the positive class and 0 others" in line
    assert "add patients of the class that lacks" in line
