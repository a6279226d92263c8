"""The clinical record of a simulated patient: plausible, whole, and mostly beside the point.

Shares and means follow Table 1 of the multicenter MRI study (doi:10.1186/s12885-025-15273-8).
Values that depend on each other agree: Child-Pugh class, points and laboratory; ratios and counts;
ALBI grade; BCLC stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from TACEResponseLib.patient.record import ClinicalRecord, ClinicalValue
from TACEResponseLib.patient.scores import albi, albi_grade
from TACEResponseLib.simulation.clinical_shares import (
    AFP_LOG10_MEAN,
    AFP_LOG10_SD,
    CHILD_PUGH_B_SHARE,
    PORTAL_VEIN_INVASION_SHARE,
)

Values = dict[str, ClinicalValue]

LOWEST_AFP_NG_PER_ML = 1.0
"""What the assay can tell."""
MISSING_SHARE = 0.03
NOT_ALWAYS_MEASURED = (
    "cea_ng_per_ml",
    "pivka_ii_mau_per_ml",
    "crp_mg_per_l",
    "ggt_u_per_l",
    "alp_u_per_l",
)
# Median, standard deviation of the natural logarithm, and digits kept.
LABORATORY: Mapping[str, tuple[float, float, int]] = {
    "cea_ng_per_ml": (2.6, 0.55, 1),
    "alt_u_per_l": (36.0, 0.5, 0),
    "ast_u_per_l": (39.0, 0.45, 0),
    "alp_u_per_l": (105.0, 0.4, 0),
    "ggt_u_per_l": (75.0, 0.7, 0),
    "platelets_1e9_per_l": (132.0, 0.45, 0),
    "neutrophils_1e9_per_l": (3.3, 0.4, 2),
    "lymphocytes_1e9_per_l": (1.2, 0.4, 2),
    "monocytes_1e9_per_l": (0.42, 0.4, 2),
    "crp_mg_per_l": (4.0, 1.0, 1),
    "creatinine_mg_per_dl": (0.85, 0.2, 2),
    "hemoglobin_g_per_l": (132.0, 0.13, 0),
}
CHILD_PUGH_POINTS = {False: ((5, 6), (0.7, 0.3)), True: ((7, 8, 9), (0.5, 0.3, 0.2))}
YES_NO = {"hypertension": 0.21, "diabetes": 0.10, "extrahepatic_metastasis": 0.08}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a law may know of a patient beside the tumor."""

    child_pugh_b: bool
    portal_vein_invasion: bool
    afp: float
    """Of log AFP, standard normal."""

    @property
    def findings(self) -> Mapping[str, bool]:
        """The yes and no of it, by the names that a law uses."""
        return {
            "child_pugh_b": self.child_pugh_b,
            "portal_vein_invasion": self.portal_vein_invasion,
        }


def draw_condition(rng: np.random.Generator) -> Condition:
    """Liver function, invasion and AFP, independent of each other and of the tumor's latents."""
    return Condition(
        child_pugh_b=bool(rng.random() < CHILD_PUGH_B_SHARE),
        portal_vein_invasion=bool(rng.random() < PORTAL_VEIN_INVASION_SHARE),
        afp=float(rng.standard_normal()),
    )


def clinical_record(
    condition: Condition,
    diameter_mm: float,
    treatment: Literal["TACE", "HAIC"],
    rng: np.random.Generator,
    tumor_number: int | None = None,
) -> ClinicalRecord:
    """A whole record.

    Args:
        condition: what is settled already.
        diameter_mm: of the tumor; the report is 2 mm off at random.
        treatment: what is planned.
        rng: the stream that drew the condition; nothing else has a part in it.
        tumor_number: as the image shows; drawn apart from it if `None`.
    """
    values = _person(rng) | _liver(condition, rng) | _laboratory(condition, rng)
    values |= _tumor(condition, diameter_mm, rng) | _treatment(treatment, rng)
    if tumor_number is not None:
        values["tumor_number"] = tumor_number
    values["bclc"] = _bclc(values)
    for name in NOT_ALWAYS_MEASURED:
        if rng.random() < MISSING_SHARE:
            del values[name]
    return ClinicalRecord(values=values)


def _person(rng: np.random.Generator) -> Values:
    """Age, sex and earlier illness."""
    age = float(np.clip(np.rint(rng.normal(60.4, 11.2)), 24, 88))
    values: Values = {"age_years": age, "sex": "M" if rng.random() < 0.86 else "F"}
    values |= {name: bool(rng.random() < share) for name, share in YES_NO.items()}
    values["hbsag"] = "positive" if rng.random() < 0.76 else "negative"
    values["ecog"] = "0" if rng.random() < 0.7 else "1"
    return values


def _liver(condition: Condition, rng: np.random.Generator) -> Values:
    """Child-Pugh class, and the points and values that make it."""
    choices, shares = CHILD_PUGH_POINTS[condition.child_pugh_b]
    points = int(rng.choice(choices, p=shares))
    worse = {int(item) for item in rng.permutation(4)[: points - 5]}
    albumin = rng.uniform(28, 35) if 0 in worse else np.clip(rng.normal(39.5, 3.0), 35.1, 50)
    bilirubin = rng.uniform(34, 50) if 1 in worse else np.clip(rng.lognormal(2.7, 0.4), 4, 33.9)
    inr = round(float(rng.uniform(1.7, 2.3) if 2 in worse else rng.uniform(0.95, 1.3)), 2)
    lab = {
        "albumin_g_per_l": round(float(albumin), 1),
        "bilirubin_umol_per_l": round(float(bilirubin), 1),
    }
    return {
        **lab,
        "cirrhosis": bool(rng.random() < (0.9 if condition.child_pugh_b else 0.58)),
        "inr": inr,
        "prothrombin_time_s": round(11.6 * inr, 1),
        "ascites": "mild" if 3 in worse else "none",
        "encephalopathy": "0",
        "child_pugh_points": points,
        "child_pugh_class": "B" if condition.child_pugh_b else "A",
        "albi_grade": albi_grade(albi(**lab)),
    }


def _laboratory(condition: Condition, rng: np.random.Generator) -> Values:
    """Blood counts, enzymes, markers, and the ratios of the counts as they are printed."""
    values: Values = {}
    for name, (median, sd, digits) in LABORATORY.items():
        values[name] = round(median * float(np.exp(sd * rng.standard_normal())), digits)
    afp = 10 ** (AFP_LOG10_MEAN + AFP_LOG10_SD * condition.afp)
    values["afp_ng_per_ml"] = max(round(afp, 1), LOWEST_AFP_NG_PER_ML)
    pivka = 10 ** (2.2 + 0.5 * condition.afp + 0.7 * float(rng.standard_normal()))
    values["pivka_ii_mau_per_ml"] = float(np.clip(np.rint(pivka), 10, 1e6))
    lymphocytes = float(values["lymphocytes_1e9_per_l"])
    values["nlr"] = round(float(values["neutrophils_1e9_per_l"]) / lymphocytes, 2)
    values["plr"] = round(float(values["platelets_1e9_per_l"]) / lymphocytes, 1)
    return values


def _tumor(condition: Condition, diameter_mm: float, rng: np.random.Generator) -> Values:
    """What a report says of the tumor; number and margin say nothing of the image."""
    size = (diameter_mm + float(rng.normal(0, 2))) / 10
    single = rng.random() < 0.35
    more = 2 + int(rng.poisson(1.2))
    return {
        "tumor_size_cm": round(max(size, 0.5), 1),
        "tumor_number": 1 if single else min(more, 12),
        "tumor_margin": "smooth" if rng.random() < 0.39 else "non_smooth",
        "portal_vein_invasion": condition.portal_vein_invasion,
    }


def _treatment(treatment: Literal["TACE", "HAIC"], rng: np.random.Generator) -> Values:
    """The regimen, and whether it is the first treatment."""
    first, earlier = rng.random(), rng.random()
    if treatment == "TACE":
        return {"treatment": "cTACE" if first < 0.725 else "DEB-TACE", "earlier_treatment": False}
    regimen = "HAIC low dose" if first < 0.5 else "HAIC high dose"
    return {"treatment": regimen, "earlier_treatment": bool(earlier < 0.35)}


def _bclc(values: Values) -> str:
    """Stage by size, number, invasion and spread, for Child-Pugh A and B."""
    if values["portal_vein_invasion"] or values["extrahepatic_metastasis"]:
        return "C"
    number, size = int(values["tumor_number"]), float(values["tumor_size_cm"])
    few_and_small = number <= 3 and size <= 3
    return "A" if number == 1 or few_and_small else "B"
