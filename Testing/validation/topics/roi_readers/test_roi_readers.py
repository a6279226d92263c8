"""Two readers' ROIs: features and probability, by hand and as the report shows them."""

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.agreement.intraclass import ICC_NAMES, intraclass
from TACEResponseLib.validation.report.methods_text import methods_text
from TACEResponseLib.validation.report.metrics import metrics_json
from TACEResponseLib.validation.report.report import report_html
from TACEResponseLib.validation.study.study import Failure, ReadFeature, SecondReadings, Study
from TACEResponseLib.validation.style.figure import write_csv
from TACEResponseLib.validation.topics.roi_readers.figure_roi_readers import draw_roi_readers
from TACEResponseLib.validation.topics.roi_readers.roi_readers import (
    RoiAgreement,
    RoiReaderResults,
    roi_agreement,
)
from TACEResponseLib.validation.topics.roi_readers.topic import TOPIC
from TACEResponseLib.validation.topics.roi_readers.words import (
    feature_table,
    roi_sentences,
)
from TACEResponseLib.validation.topics.topic import Results
from Testing.validation.changes import changed

# The cut-off of the study's model is 0.55: the last but one patient changes sides.
FIRST = np.array([0.1, 0.3, 0.5, 0.5, 0.9])
SECOND = FIRST + np.array([0.1, 0.0, -0.1, 0.1, 0.0])
VALUES = np.array([1.0, 2.0, 3.0, 4.0, 6.0])
Make = Callable[..., Study]


@pytest.fixture
def read_twice(study: Study) -> Study:
    """Five of the study's patients, two features: one of a constant shift, one of no agreement."""
    shifted = ReadFeature(
        branch="radiomics",
        name="shifted",
        training_sd=2.0,
        form="ICC(2,1)",
        ratings=np.stack([VALUES, VALUES + 1], axis=1),
        minimum=0.8,
    )
    other = replace(shifted, name="other", ratings=np.stack([VALUES, VALUES[::-1]], axis=1))
    readings = SecondReadings(
        rows=np.array([3, 0, 7, 2, 9]),
        probabilities=np.stack([FIRST, SECOND], axis=1),
        features=(shifted, other),
        failures=(Failure(case_id="P050", reason="the ROI is empty"),),
    )
    return replace(study, second_readings=readings)


@pytest.fixture
def agreement_measures(read_twice: Study) -> RoiAgreement:
    agreement = roi_agreement(read_twice, np.random.default_rng(1), resamples=200)
    assert agreement is not None
    return agreement


def test_probability_is_compared_by_hand(agreement_measures: RoiAgreement) -> None:
    assert agreement_measures.case_ids == ("P003", "P000", "P007", "P002", "P009")
    assert agreement_measures.mean_absolute_difference.value == pytest.approx(0.06)
    # Differences 0.1, 0, -0.1, 0.1, 0: mean 0.02, standard deviation sqrt(0.028 / 4).
    assert agreement_measures.limits.bias.value == pytest.approx(0.02)
    assert agreement_measures.limits.high.value == pytest.approx(0.02 + 1.96 * 0.007**0.5, abs=1e-5)
    assert (agreement_measures.changed_calls.value, agreement_measures.changed_calls.n) == (0.2, 5)


def test_a_shift_and_a_turned_order_are_told_apart(agreement_measures: RoiAgreement) -> None:
    shifted, other = agreement_measures.features
    # Variance 3.7 between patients, shift 1: ICC(2,1) = 3.7 / (3.7 + 1 / 2).
    assert shifted.value.value == pytest.approx(3.7 / 4.2)
    assert shifted.icc["ICC(3,1)"].value == pytest.approx(1)
    assert shifted.shift_sd == pytest.approx(0.5)
    assert other.value.value < 0
    assert set(shifted.icc) == set(ICC_NAMES)


def test_the_same_roi_twice_agrees_entirely(read_twice: Study) -> None:
    readings = read_twice.second_readings
    assert readings is not None
    same = replace(readings, probabilities=np.stack([FIRST, FIRST], axis=1), features=())
    study = replace(read_twice, second_readings=same)
    resampled = roi_agreement(study, np.random.default_rng(1), resamples=200)
    assert resampled is not None
    # Five patients read alike don't prove that all would be: no 0 (0 to 0).
    assert resampled.mean_absolute_difference.value == 0
    assert np.isnan(resampled.mean_absolute_difference.high)
    assert resampled.probability_icc["ICC(2,1)"].value == pytest.approx(1)
    assert resampled.changed_calls.value == 0
    assert len(roi_sentences(resampled)) == 2


def test_nobody_read_twice_gives_no_section(study: Study, results: Results) -> None:
    assert results.of(RoiReaderResults).roi_readers is None
    assert "Two readers" not in report_html(study, results, {})
    assert roi_agreement(study, np.random.default_rng(1), resamples=200) is None


def test_readings_that_lack_a_value_are_refused(read_twice: Study) -> None:
    readings = read_twice.second_readings
    assert readings is not None
    feature = replace(readings.features[0], ratings=np.full((5, 2), np.nan))
    study = replace(read_twice, second_readings=replace(readings, features=(feature,)))
    with pytest.raises(InputError, match="ratings, row 1: must be complete"):
        roi_agreement(study, np.random.default_rng(1), resamples=200)


def test_the_report_shows_numbers_and_the_least_reliable_first(
    read_twice: Study, results: Results, agreement_measures: RoiAgreement
) -> None:
    measured = changed(results, RoiReaderResults, roi_readers=agreement_measures)
    page = report_html(read_twice, measured, {})
    text = unescape(re.sub(r"<[^>]*>", "", page)).replace("\u00a0", " ")
    table = feature_table(agreement_measures)
    assert [row[0] for row in table.rows] == ["radiomics: other", "radiomics: shifted"]
    for words in (
        *roi_sentences(agreement_measures),
        *(cell for row in table.rows for cell in row),
    ):
        assert words in text
    sentence = " ".join(roi_sentences(agreement_measures))
    assert "1 of 2 (50 %) of the numbers" in sentence
    assert "reach ICC(2,1) >= 0.8 here, 0 with the whole interval" in sentence
    assert "Left out: P050, the ROI is empty." in sentence
    assert "Fewer than the 30 that are advised" in sentence
    assert "1 of 5 (20 %) change sides of the cut-off of 0.55" in sentence
    assert any("Bland and Altman" in words for words in methods_text(read_twice, measured))
    told_json = json.loads(metrics_json(read_twice, measured))["results"]["roi_readers"]
    assert told_json["features"][0]["icc"]["ICC(3,1)"]["value"] == pytest.approx(1)


def test_the_file_names_all_six_forms_of_every_feature(
    study: Study, results: Results, agreement_measures: RoiAgreement, tmp_path: Path
) -> None:
    (sheet,) = TOPIC.sheets(
        study, changed(results, RoiReaderResults, roi_readers=agreement_measures)
    )
    write_csv(tmp_path / f"{sheet.name}.csv", sheet.columns, sheet.rows)
    with (tmp_path / "feature_icc.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 6
    assert {(r["form"], r["form_in_words"]) for r in rows} == set(ICC_NAMES.items())
    expected = intraclass(np.stack([FIRST, SECOND], axis=1))
    for row in rows[-6:]:
        assert row["feature"] == "probability"
        assert float(row["icc"]) == expected[row["form"]].value  # type: ignore[index]


def test_the_figure_holds_every_patient_and_marks_changed_calls(
    agreement_measures: RoiAgreement,
) -> None:
    drawing = draw_roi_readers(agreement_measures)
    assert [row[0] for row in drawing.rows] == list(agreement_measures.case_ids)
    assert [row[5] for row in drawing.rows] == [0, 0, 0, 1, 0]
    legend = [text.get_text() for text in drawing.figure.legends[0].get_texts()]
    assert legend == ["same call, n = 4", "call changes, n = 1"]
