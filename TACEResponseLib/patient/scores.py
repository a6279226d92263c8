"""Scores derived from the clinical record. All of them predict survival, not response.

Shown as context, and a baseline that any model must beat. Left out, because their formulas could
not be confirmed: mHAP-III, pre-TACE-Predict, and Hiraoka's split of ALBI grade 2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log10, sqrt

from TACEResponseLib.patient.record import CHILD_PUGH_CLASS_POINTS, ClinicalRecord, ClinicalValue

SURVIVAL_NOTE = "predicts survival, not response"
MG_PER_DL_BILIRUBIN = 17.1
"""umol/L."""
# The paper's text and its abstract differ (17 umol/L and 0.9 mg/dL = 15.4); the text's is used.
MHAP_II_BILIRUBIN_UMOL_PER_L = 17.0
Values = Mapping[str, ClinicalValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedScore:
    """A score with its grade and its source."""

    name: str
    value: float
    grade: str | None
    source: str
    note: str = SURVIVAL_NOTE


def albi(albumin_g_per_l: float, bilirubin_umol_per_l: float) -> float:
    """ALBI score; higher = worse liver function. Source: Johnson, J Clin Oncol 2015;33:550."""
    return 0.66 * log10(bilirubin_umol_per_l) - 0.085 * albumin_g_per_l


def albi_grade(score: float) -> str:
    """Grade 1 up to -2.60, 2 up to -1.39, 3 above; both edges belong to the lower grade."""
    if score <= -2.60:
        return "1"
    return "2" if score <= -1.39 else "3"


def child_pugh_points(
    *, albumin: float, bilirubin: float, inr: float, ascites: str, encephalopathy: str
) -> int:
    """Child-Pugh points, 5 to 15.

    Args:
        albumin: g/L; 28 to 35 gives 2 points.
        bilirubin: umol/L; 34 to 50 gives 2 points.
        inr: 1.7 to 2.3 gives 2 points.
        ascites: `none`, `mild` or `moderate_severe`.
        encephalopathy: West Haven grade, `0` to `4`.
    """
    return (
        _points(bilirubin, 34, 50)
        + _points(-albumin, -35, -28)
        + _points(inr, 1.7, 2.3)
        + {"none": 1, "mild": 2, "moderate_severe": 3}[ascites]
        + {"0": 1, "1": 2, "2": 2, "3": 3, "4": 3}[encephalopathy]
    )


def child_pugh_class(points: int) -> str:
    """A 5 to 6, B 7 to 9, C 10 to 15."""
    return next(c for c, (low, high) in CHILD_PUGH_CLASS_POINTS.items() if low <= points <= high)


def hap_points(values: Values) -> int:
    """HAP: albumin < 36 g/L, bilirubin > 17 umol/L, AFP > 400 ng/mL, size > 7 cm.

    Source: Kadalayil, Ann Oncol 2013;24:2565, with albumin in g/L (printed g/dL by error).
    """
    return (
        (_number(values, "albumin_g_per_l") < 36)
        + (_number(values, "bilirubin_umol_per_l") > 17)
        + (_number(values, "afp_ng_per_ml") > 400)
        + (_number(values, "tumor_size_cm") > 7)
    )


def mhap_ii_points(
    values: Values, bilirubin_umol_per_l: float = MHAP_II_BILIRUBIN_UMOL_PER_L
) -> int:
    """mHAP-II: HAP and a point for two or more tumors.

    Args:
        values: the record.
        bilirubin_umol_per_l: cut-off; sources give 17 and 15.4.
    """
    bilirubin = _number(values, "bilirubin_umol_per_l")
    moved = int(bilirubin > bilirubin_umol_per_l) - int(bilirubin > 17)
    return hap_points(values) + moved + (_number(values, "tumor_number") >= 2)


def derived_scores(record: ClinicalRecord) -> tuple[DerivedScore, ...]:
    """Every score whose inputs are all known."""
    return tuple(
        compute(record.values)
        for name, (_, compute) in SCORES.items()
        if not missing_for(name, record)
    )


def missing_for(name: str, record: ClinicalRecord) -> tuple[str, ...]:
    """Variables that a score still needs.

    Raises: KeyError: no score has this name.
    """
    needs, _ = SCORES[name]
    return tuple(variable for variable in needs if variable not in record.values)


def _number(values: Values, name: str) -> float:
    return float(values[name])


def _points(value: float, two_from: float, three_above: float) -> int:
    """1 below the first limit, 2 up to and with the second, 3 above."""
    if value < two_from:
        return 1
    return 2 if value <= three_above else 3


def _ratio(name: str, top: str) -> Callable[[Values], DerivedScore]:
    def compute(values: Values) -> DerivedScore:
        lymphocytes = _number(values, "lymphocytes_1e9_per_l")
        ratio = _number(values, top) / lymphocytes if lymphocytes else float("inf")
        return DerivedScore(
            name=name, value=min(ratio, 1e9), grade=None, source="counts in the same unit"
        )

    return compute


def _albi(values: Values) -> DerivedScore:
    score = albi(_number(values, "albumin_g_per_l"), _number(values, "bilirubin_umol_per_l"))
    return DerivedScore(
        name="ALBI",
        value=score,
        grade=albi_grade(score),
        source="Johnson, J Clin Oncol 2015;33:550",
    )


def _ez_albi(values: Values) -> DerivedScore:
    bilirubin = _number(values, "bilirubin_umol_per_l") / MG_PER_DL_BILIRUBIN
    score = bilirubin - 9 * _number(values, "albumin_g_per_l") / 10
    return DerivedScore(name="EZ-ALBI", value=score, grade=None, source="PMC7768152")


def _child_pugh(values: Values) -> DerivedScore:
    points = child_pugh_points(
        albumin=_number(values, "albumin_g_per_l"),
        bilirubin=_number(values, "bilirubin_umol_per_l"),
        inr=_number(values, "inr"),
        ascites=str(values["ascites"]),
        encephalopathy=str(values["encephalopathy"]),
    )
    return DerivedScore(
        name="Child-Pugh",
        value=points,
        grade=child_pugh_class(points),
        source="Pugh, Br J Surg 1973;60:646, with INR",
    )


def _hap(values: Values) -> DerivedScore:
    points = hap_points(values)
    return DerivedScore(
        name="HAP", value=points, grade="ABCDD"[points], source="Kadalayil, Ann Oncol 2013;24:2565"
    )


def _mhap_ii(values: Values) -> DerivedScore:
    points = mhap_ii_points(values)
    return DerivedScore(
        name="mHAP-II",
        value=points,
        grade="ABCDDD"[points],
        source=f"HAP and tumor number; bilirubin > {MHAP_II_BILIRUBIN_UMOL_PER_L:g} umol/L",
    )


def _size_and_number(values: Values) -> float:
    return _number(values, "tumor_size_cm") + _number(values, "tumor_number")


def _up_to_seven(values: Values) -> DerivedScore:
    total = _size_and_number(values)
    return DerivedScore(
        name="up-to-seven",
        value=total,
        grade="within" if total <= 7 else "beyond",
        source="Mazzaferro, Lancet Oncol 2009;10:35",
    )


def _six_and_twelve(values: Values) -> DerivedScore:
    total = _size_and_number(values)
    grade = "<= 6" if total <= 6 else "> 6 to 12" if total <= 12 else "> 12"
    return DerivedScore(
        name="six-and-twelve", value=total, grade=grade, source="Wang, J Hepatol 2019;70:893"
    )


def _tumor_burden(values: Values) -> DerivedScore:
    score = sqrt(_number(values, "tumor_size_cm") ** 2 + _number(values, "tumor_number") ** 2)
    grade = "low" if score < 3.36 else "medium" if score <= 13.74 else "high"
    return DerivedScore(
        name="tumor burden score", value=score, grade=grade, source="s40644-023-00575-6, table 1"
    )


def _albi_tae(values: Values) -> DerivedScore:
    points = (
        (_albi(values).grade != "1")
        + (_number(values, "afp_ng_per_ml") > 200)
        + (_size_and_number(values) > 11)
    )
    return DerivedScore(
        name="ALBI-TAE", value=points, grade="ABCD"[points], source="s40644-023-00575-6"
    )


_LIVER = ("albumin_g_per_l", "bilirubin_umol_per_l")
_TUMOR = ("tumor_size_cm", "tumor_number")
_AFP = ("afp_ng_per_ml",)
SCORES: Mapping[str, tuple[tuple[str, ...], Callable[[Values], DerivedScore]]] = {
    "NLR": (
        ("neutrophils_1e9_per_l", "lymphocytes_1e9_per_l"),
        _ratio("NLR", "neutrophils_1e9_per_l"),
    ),
    "PLR": (("platelets_1e9_per_l", "lymphocytes_1e9_per_l"), _ratio("PLR", "platelets_1e9_per_l")),
    "ALBI": (_LIVER, _albi),
    "EZ-ALBI": (_LIVER, _ez_albi),
    "Child-Pugh": ((*_LIVER, "inr", "ascites", "encephalopathy"), _child_pugh),
    "HAP": ((*_LIVER, *_AFP, "tumor_size_cm"), _hap),
    "mHAP-II": ((*_LIVER, *_AFP, *_TUMOR), _mhap_ii),
    "up-to-seven": (_TUMOR, _up_to_seven),
    "six-and-twelve": (_TUMOR, _six_and_twelve),
    "tumor burden score": (_TUMOR, _tumor_burden),
    "ALBI-TAE": ((*_LIVER, *_AFP, *_TUMOR), _albi_tae),
}
