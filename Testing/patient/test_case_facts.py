"""What was typed against what the files show: said where it differs, and only there."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case_facts import date_warnings, lesion_warnings
from TACEResponseLib.patient.context import CaseContext
from TACEResponseLib.patient.record import ClinicalRecord, read_record
from Testing.patient.test_case import image

LARGE = Lesion(
    index=1,
    label=1,
    volume_ml=65.0,
    longest_axial_diameter_mm=50.0,
    largest_axial_area_mm2=1960.0,
    center_lps=(0.0, 0.0, 0.0),
    is_speck=False,
)
SMALL = replace(LARGE, index=2, longest_axial_diameter_mm=12.0)
SPECK = replace(LARGE, index=3, longest_axial_diameter_mm=1.0, is_speck=True)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, []),
        ({"tumor_size_cm": 5.0}, []),
        ({"tumor_size_cm": 6.5}, []),
        ({"tumor_size_cm": 4.0}, []),
        ({"tumor_size_cm": 8.0}, ["size_differs"]),
        ({"tumor_size_cm": 2.5}, ["size_differs"]),
        ({"tumor_number": 2}, []),
        ({"tumor_number": 1}, ["number_differs"]),
        ({"tumor_number": 5}, ["number_differs"]),
        ({"multinodular": True}, []),
        ({"multinodular": False}, ["number_differs"]),
        ({"tumor_size_cm": 0.5, "tumor_number": 3}, ["size_differs", "number_differs"]),
    ],
)
def test_size_and_number_are_compared_with_the_lesions(
    values: dict[str, Any], codes: list[str]
) -> None:
    warnings = lesion_warnings([LARGE, SMALL, SPECK], ClinicalRecord(values=values))
    assert [warning.code for warning in warnings] == codes


def test_a_small_tumor_may_differ_by_millimeters() -> None:
    """Twice as large, but 4 mm: a reader's difference, no other tumor."""
    tiny = replace(LARGE, longest_axial_diameter_mm=4.0)
    assert lesion_warnings([tiny], ClinicalRecord(values={"tumor_size_cm": 0.8})) == ()


def test_without_an_roi_nothing_is_compared() -> None:
    assert lesion_warnings([], ClinicalRecord(values={"tumor_size_cm": 5.0})) == ()


def shot(day: str | None) -> dict[ImageSequence, Volume]:
    volume = image()
    known = Acquisition(modality="CT", study_date=day)
    return {ImageSequence.CT_ARTERIAL: replace(volume, acquisition=known)}


@pytest.mark.parametrize(
    ("day", "typed", "treated", "codes"),
    [
        ("2026-03-01", date(2026, 3, 1), date(2026, 3, 20), []),
        ("2026-03-01", None, None, []),
        (None, date(2026, 3, 1), date(2026, 3, 20), []),
        ("2026-03-02", date(2026, 3, 1), date(2026, 3, 20), ["image_date_differs"]),
        (
            "2026-03-21",
            date(2026, 3, 1),
            date(2026, 3, 20),
            ["image_date_differs", "image_after_treatment"],
        ),
    ],
)
def test_dates_are_compared_with_the_header(
    day: str | None, typed: date | None, treated: date | None, codes: list[str]
) -> None:
    context = CaseContext(image_date=typed, treatment_date=treated)
    warnings = date_warnings(shot(day), context)
    assert [w.code for w in warnings] == codes
    assert not any("2026" in w.message or "ct.nii" in w.message for w in warnings)
    assert date_warnings(shot(day), None) == ()


def test_a_header_from_after_treatment_is_refused_unless_the_image_s_day_is_typed() -> None:
    context = CaseContext(treatment_date=date(2026, 3, 20))
    with pytest.raises(InputError, match="must not be after treatment") as refused:
        date_warnings(shot("2026-03-21"), context)
    assert "2026" not in refused.value.written
    assert date_warnings(shot("2026-03-20"), context) == ()
    # Dates of anonymized files are shifted: what was typed of the image goes before.
    said = CaseContext(image_date=date(2026, 3, 1), treatment_date=date(2026, 3, 20))
    assert "image_after_treatment" in {w.code for w in date_warnings(shot("2026-03-21"), said)}


@pytest.mark.parametrize(
    ("values", "doubted"),
    [
        ({"bilirubin_umol_per_l": 4.0}, "mg/dL"),
        ({"bilirubin_umol_per_l": 12.0}, None),
        ({"bilirubin_umol_per_l": {"value": 4.0, "unit": "mg/dL"}}, None),
        ({"albumin_g_per_l": 12.0}, "g/dL"),
        ({"albumin_g_per_l": 28.0}, None),
        ({"tumor_size_cm": 38.0}, "mm"),
        ({"creatinine_mg_per_dl": 20.0}, "umol/L"),
    ],
)
def test_a_value_that_is_commoner_in_another_unit_is_doubted(
    values: dict[str, Any], doubted: str | None
) -> None:
    warnings = read_record(values).warnings
    assert [w.code for w in warnings] == (["unit_doubtful"] if doubted else [])
    assert doubted is None or f"not in {doubted}" in warnings[0].message
