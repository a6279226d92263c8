"""Paths from Python: as text or as `Path`, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.given_paths import as_path
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import ARGUMENTS, spoken
from TACEResponseLib.cohort.hcc_tace_seg.importing import ImportRequest
from TACEResponseLib.from_files.cohort import CohortRequest
from TACEResponseLib.from_files.patient import ResultFolder
from TACEResponseLib.from_files.reading import CaseFiles
from TACEResponseLib.recipe.copying import copy_recipe
from TACEResponseLib.simulation.cohort import SimulationRequest
from TACEResponseLib.training.cohort_check import check_cohort
from TACEResponseLib.training.plan import TrainingRequest
from TACEResponseLib.validation.biology import BiologyRequest
from TACEResponseLib.validation.comparison import compare_validations
from TACEResponseLib.validation.recalibration import RecalibrationRequest
from TACEResponseLib.validation.run import PredictionsTable, ScoredCohort, ValidationRequest

REQUESTS: dict[str, tuple[Any, dict[str, Any], tuple[str, ...]]] = {
    "patient": (ResultFolder, {}, ("path",)),
    "files": (CaseFiles, {"images": {}}, ("roi", "liver", "clinical", "context")),
    "cohort": (CohortRequest, {"bundle": "b"}, ("cohort", "output")),
    "simulation": (SimulationRequest, {"patients": 1, "seed": 1}, ("output",)),
    "import": (ImportRequest, {}, ("table", "output", "features", "images")),
    "training": (TrainingRequest, {"recipe": "r"}, ("cohort", "output", "weights", "cache")),
    "predictions": (PredictionsTable, {}, ("path",)),
    "scored": (ScoredCohort, {"bundles": ("b",)}, ("cohort",)),
    "validation": (ValidationRequest, {"source": None}, ("output", "reader_study")),
    "recalibration": (
        RecalibrationRequest,
        {"bundle": "b", "method": "slope"},
        ("cohort", "output"),
    ),
    "biology": (BiologyRequest, {}, ("expression", "groups", "gene_sets", "output")),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_takes_text_where_it_takes_a_path(name: str) -> None:
    made, others, fields = REQUESTS[name]
    texts = made(**others, **{field: f"a/{field}.csv" for field in fields})
    assert texts == made(**others, **{field: Path("a", f"{field}.csv") for field in fields})


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_refuses_what_is_no_path_by_the_argument_s_name(name: str) -> None:
    made, others, fields = REQUESTS[name]
    paths = dict.fromkeys(fields, "a")
    for field in fields:
        with spoken(ARGUMENTS), pytest.raises(InputError, match=rf"^{field}: must be a path") as no:
            made(**others, **paths | {field: 7})
        assert no.value.got == "7"


def test_images_are_taken_each() -> None:
    sequence = ImageSequence.CT_ARTERIAL
    given: Any = {sequence: "ct.nii.gz"}
    assert CaseFiles(images=given).images == {sequence: Path("ct.nii.gz")}
    given = {sequence: None}
    with spoken(ARGUMENTS), pytest.raises(InputError, match=r"^images ct_arterial: must be a path"):
        CaseFiles(images=given)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "x: must not be blank, got ''; name a file or folder"),
        ("a\0b", "x: must have no NUL character, got 'a\\x00b'; write it without"),
        (b"a", "x: must be a path, as text or pathlib.Path, got b'a'; give it as text"),
        (None, "x: must be a path, as text or pathlib.Path, got None; give it as text"),
    ],
)
def test_what_no_system_takes_is_refused_in_a_line(value: Any, says: str) -> None:
    with pytest.raises(InputError) as refused:
        as_path(value, "x")
    assert str(refused.value) == says


def test_functions_take_text_too(tmp_path: Path) -> None:
    assert copy_recipe("ct-radiomics-cnn", "mine", str(tmp_path)) == tmp_path / "mine.yaml"
    with pytest.raises(InputError, match="must be a readable file"):
        check_cohort(str(tmp_path / "none.csv"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with pytest.raises(InputError, match="a"):
        compare_validations([str(tmp_path / "a"), str(tmp_path / "b")], str(tmp_path / "c"))
    assert not (tmp_path / "c").exists()
