import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import Endpoint, ResponseClass
from TACEResponseLib.simulation.cohort import write_cohort
from TACEResponseLib.simulation.members import simulated_members, simulated_truths
from TACEResponseLib.simulation.mr.settings import MrSimulationSettings
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings
from Testing.simulation.answers import (
    best_auc_of,
    best_class_auc_of,
    read_answers,
    true_probabilities,
)
from Testing.simulation.law_integrals import best_possible_auc

COARSE = SimulationSettings(grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3.0, 3.0, 6.0)))


@pytest.mark.parametrize(
    "settings", [SimulationSettings(), MrSimulationSettings()], ids=["ct", "mr"]
)
@pytest.mark.parametrize("endpoint", [Endpoint.OBJECTIVE_RESPONSE, Endpoint.DISEASE_CONTROL])
def test_the_best_auc_of_many_patients_is_that_of_the_law(settings, endpoint):
    best = best_auc_of(simulated_truths(settings, 4000, 3), endpoint)
    assert best.low <= best_possible_auc(settings.law, endpoint) <= best.high


def test_the_best_auc_is_scikit_learns_on_the_same_patients():
    truths = simulated_truths(SimulationSettings(), 300, 9)
    outcome = [truth.response for truth in truths]
    expected = roc_auc_score(outcome, [truth.probability for truth in truths])
    estimate = best_auc_of(truths, Endpoint.OBJECTIVE_RESPONSE)
    assert estimate.value == pytest.approx(expected)
    assert best_auc_of(truths, Endpoint.FOUR_CLASS).value == pytest.approx(expected)


def test_the_best_auc_of_progression_is_that_of_disease_control():
    truths = simulated_truths(SimulationSettings(), 500, 9)
    values = [
        best_auc_of(truths, e).value for e in (Endpoint.DISEASE_CONTROL, Endpoint.PROGRESSION)
    ]
    assert values[0] == pytest.approx(values[1])


def test_complete_response_is_easier_to_tell_than_partial():
    truths = simulated_truths(SimulationSettings(), 2000, 4)
    complete = best_class_auc_of(truths, ResponseClass.CR).value
    partial = best_class_auc_of(truths, ResponseClass.PR).value
    assert complete > 0.75 > partial > 0.5


def test_answers_stand_in_the_table_of_the_cohort(tmp_path: Path):
    table = write_cohort(COARSE, 2, 5, tmp_path)
    truths = simulated_truths(COARSE, 2, 5)
    for endpoint in (Endpoint.OBJECTIVE_RESPONSE, Endpoint.DISEASE_CONTROL):
        answers = read_answers(table, endpoint)
        assert list(answers) == [truth.case_id for truth in truths]
        expected = true_probabilities(truths, endpoint)
        assert list(answers.values()) == pytest.approx(expected, abs=3e-6)


def test_a_cohort_of_real_patients_has_no_answers(tmp_path: Path):
    with (tmp_path / "cohort.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["case_id", "response"], ["1", "CR"]])
    with pytest.raises(InputError, match="must be a simulated cohort"):
        read_answers(tmp_path / "cohort.csv", Endpoint.OBJECTIVE_RESPONSE)


def test_members_carry_label_class_record_and_a_second_reading():
    truths = simulated_truths(COARSE, 6, 7)
    members = simulated_members(COARSE, 6, 7, Endpoint.DISEASE_CONTROL)
    assert [m.label for m in members] == [int(t.response_class != "PD") for t in truths]
    assert [m.response for m in members] == [t.response_class for t in truths]
    assert members[0].clinical == truths[0].clinical
    assert members[0].load_reader2 is not None
    first, second = members[0].load(), members[0].load_reader2()
    assert first.roi is not None
    assert second.roi is not None
    assert (first.roi.labels != second.roi.labels).any()
    both = np.logical_and(first.roi.mask, second.roi.mask).sum()
    assert 2 * both / (first.roi.mask.sum() + second.roi.mask.sum()) > 0.8
