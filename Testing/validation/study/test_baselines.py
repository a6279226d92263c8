"""Baselines and subgroups: directions and cuts are fixed beforehand."""

import numpy as np
import pytest

from TACEResponseLib.patient.record import read_record
from TACEResponseLib.validation.study.attributes import attributes
from TACEResponseLib.validation.study.baselines import baselines


def test_a_larger_lesion_scores_lower_whatever_the_outcome() -> None:
    volume = np.array([1.0, 5.0, np.nan, *range(10, 20)])
    (baseline_scores,) = baselines({"lesion volume, mL": volume}, ())
    np.testing.assert_array_equal(baseline_scores.scores, -volume)
    assert "lower = more likely positive" in baseline_scores.direction


def test_albi_is_a_baseline_where_its_inputs_are_known() -> None:
    records = [
        read_record({"albumin_g_per_l": 30.0 + i, "bilirubin_umol_per_l": 17.0}) for i in range(12)
    ]
    baseline_scores = {b.name: b.scores for b in baselines({}, records)}
    assert set(baseline_scores) == {"ALBI", "EZ-ALBI"}
    # 0.66 log10(17) - 0.085 x 30, worked by hand.
    assert -baseline_scores["ALBI"][0] == pytest.approx(0.66 * 1.230449 - 2.55, abs=1e-5)


def test_scores_of_few_patients_or_without_spread_are_no_baselines() -> None:
    few = np.full(100, np.nan)
    few[:12] = np.arange(12)
    assert baselines({"few": few, "same": np.ones(100)}, ()) == ()


def test_numbers_are_cut_where_the_papers_cut_them() -> None:
    points = attributes(
        {"site": ["A", "B", ""], "scanner": ["one"] * 3},
        {"age_years": np.array([59.9, 60.0, np.nan])},
    )
    assert points == {"site": ("A", "B", ""), "age": ("< 60 years", ">= 60 years", "")}
