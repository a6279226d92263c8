"""What a validation would refuse of follow-up, the check of the table names first."""

from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.columns import DAYS, EVENTS
from TACEResponseLib.cohort.reading import read_cohort, usable_cohort
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions

COLUMNS = (*DAYS, *EVENTS)
# Time to progression is the column that another one can contradict.
PLAIN = dict(zip(COLUMNS, ("30", "5", "50", "100", "no", "yes"), strict=True))
BAD = {
    **dict.fromkeys(EVENTS, ("ja", "2", "-1", "0.5", "dead", "1,0")),
    **dict.fromkeys(DAYS, ("abc", "3 months", "1e999", "1,234", "nein")),
}
CELLS = [(name, cell) for name, cells in BAD.items() for cell in cells]
CELLS += [(name, "-20") for name in DAYS]


def cohort(folder: Path, **cells: str) -> Path:
    """A good patient, then one with these cells."""
    path = folder / "c.csv"
    rows = [
        f"P{n},training,PR,63,{','.join(chr(34) + c + chr(34) for c in given.values())}"
        for n, given in enumerate((PLAIN, PLAIN | cells), start=1)
    ]
    header = f"case_id,role,response,age_years,{','.join(PLAIN)}"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("column", "cell"), CELLS)
def test_a_follow_up_cell_that_no_validation_could_use_is_a_problem_of_its_column(
    column: str, cell: str, tmp_path: Path
) -> None:
    (problem,) = read_cohort(cohort(tmp_path, **{column: cell})).problems
    assert (problem.row, problem.column) == (3, column)
    assert problem.remedy
    with pytest.raises(InputError) as refused:
        usable_cohort(tmp_path / "c.csv")
    assert refused.value.where == f"c.csv line 3 (P2), {column}"


@pytest.mark.parametrize("word", ["yes", "Y", "true", "1", "1.0"])
def test_an_event_is_kept_as_1_or_0_in_whatever_word_it_came(word: str, tmp_path: Path) -> None:
    _, patient = usable_cohort(cohort(tmp_path, died=word, progressed="no"))
    assert (patient.other["died"], patient.other["progressed"]) == ("1", "0")
    assert patient.other["image_to_treatment_days"] == "5"


def test_a_progression_after_the_end_of_life_is_a_problem_of_the_row(tmp_path: Path) -> None:
    (problem,) = read_cohort(cohort(tmp_path, survival_days="40")).problems
    assert (problem.row, problem.column) == (3, "time_to_progression_days")
    assert problem.got == "50 against 40 days"
    assert read_cohort(cohort(tmp_path, survival_days="40", died="")).problems == ()


def predictions(folder: Path, **cells: str) -> Path:
    path = folder / "p.csv"
    follow_up = {name: PLAIN[name] for name in PLAIN if name not in DAYS[:2]}
    lines = [f"case_id,outcome,model,{','.join(follow_up)}"]
    for n in range(12):
        row = follow_up | (cells if n == 4 else {})
        quoted = ",".join(f'"{cell}"' for cell in row.values())
        lines.append(f"P{n},{n % 2},{cells.get('model', '0.5') if n == 4 else 0.4},{quoted}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("column", "cell"), [(name, cell) for name, cell in CELLS if name not in DAYS[:2]]
)
def test_a_table_of_predictions_is_refused_with_its_name_its_column_its_row_and_its_patient(
    column: str, cell: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        read_predictions(predictions(tmp_path, **{column: cell}), TableOptions())
    assert refused.value.where == f"--predictions p.csv, {column}, row 5 (P4)"


def test_yes_and_no_are_events_of_a_table_of_predictions(tmp_path: Path) -> None:
    study = read_predictions(predictions(tmp_path, died="no"), TableOptions())
    (survival,) = (t.follow_up for t in study.timed if t.follow_up.endpoint == "OS")
    assert survival.event.tolist() == [True] * 4 + [False] + [True] * 7
