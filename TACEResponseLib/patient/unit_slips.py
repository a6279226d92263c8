"""From where on a value, or the median of a cohort, is commoner in another unit than its own."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """Something else that is written for a variable, and the limits beyond which it is likely."""

    meant: str
    """In words; a unit that a column can be named with stands in brackets."""
    one: float | None = None
    """Of one patient's value; `None` where a single value says nothing."""
    median: float | None = None
    """Of the median of a cohort."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """What a variable's values may be instead."""

    below: Sequence[Slip] = ()
    above: Sequence[Slip] = ()
    people: str = ""
    """What a person has, in the schema's unit."""
    cohorts: str = ""
    """What cohorts before TACE have."""

    def of_one(self, value: float) -> str:
        """What a single value probably is; empty if it is what it should be."""
        meant = _likeliest(
            value, [(s.one, s) for s in self.below], [(s.one, s) for s in self.above]
        )
        return f"in {meant.strip('[]')}" if meant.startswith("[") else meant

    def of_median(self, value: float) -> str:
        """What a cohort with this median probably has; empty if it is what it should be."""
        return _likeliest(
            value, [(s.median, s) for s in self.below], [(s.median, s) for s in self.above]
        )


def _likeliest(
    value: float,
    below: Sequence[tuple[float | None, Slip]],
    above: Sequence[tuple[float | None, Slip]],
) -> str:
    """The slip whose limit the value has passed, the farthest of several."""
    low = [(limit, slip) for limit, slip in below if limit is not None and value < limit]
    if low:
        return min(low, key=lambda pair: pair[0])[1].meant
    high = [(limit, slip) for limit, slip in above if limit is not None and value > limit]
    return max(high, key=lambda pair: pair[0])[1].meant if high else ""


_OF_PROTEIN = "the percent of all protein"
_OF_WHITE = "the percent of white cells"
# Healthy ranges are those of laboratories for adults. Medians have a wide margin round those of the
# papers: of a cohort far less is possible than of a patient.
SLIPS = {
    "albumin_g_per_l": Slips(
        below=(Slip(meant="[g/dL]", one=20, median=20),),
        above=(Slip(meant=_OF_PROTEIN, one=55, median=52),),
        people="the healthy have 35 to 50 g/L",
        cohorts="35 to 41 g/L",
    ),
    "bilirubin_umol_per_l": Slips(
        below=(Slip(meant="[mg/dL]", one=5, median=9),),
        above=(Slip(meant="another unit", median=60),),
        people="the healthy have 5 to 21 umol/L",
        cohorts="13 to 22 umol/L, and above 50 (3 mg/dL) hardly anybody gets it",
    ),
    "hemoglobin_g_per_l": Slips(
        below=(Slip(meant="in g/dL or mmol/L", one=50), Slip(meant="[g/dL]", median=60)),
        above=(Slip(meant="another unit", median=200),),
        people="the healthy have 120 to 175 g/L",
        cohorts="120 to 135 g/L",
    ),
    "creatinine_mg_per_dl": Slips(
        below=(Slip(meant="in mmol/L", one=0.2, median=0.3),),
        above=(Slip(meant="[mg/L]", median=5), Slip(meant="[umol/L]", one=15, median=25)),
        people="the healthy have 0.6 to 1.2 mg/dL, dialysis begins at 5 to 10",
        cohorts="0.8 to 1 mg/dL",
    ),
    "tumor_size_cm": Slips(
        below=(Slip(meant="another unit", median=1),),
        above=(Slip(meant="[mm]", one=25, median=15),),
        people="a liver is 15 to 20 cm wide",
        cohorts="4 to 11 cm",
    ),
    "inr": Slips(
        below=(Slip(meant="the prothrombin activity as a fraction", one=0.8, median=0.95),),
        above=(
            Slip(meant="the prothrombin time in seconds", one=5, median=2.2),
            Slip(meant="the prothrombin activity in percent", median=30),
        ),
        people="the healthy have 0.9 to 1.2, and above 2 one bleeds",
        cohorts="1.05 to 1.2, and above 1.7 hardly anybody gets it",
    ),
    "prothrombin_time_s": Slips(
        below=(Slip(meant="the INR", one=8, median=8),),
        above=(Slip(meant="the prothrombin activity in percent", one=40, median=25),),
        people="the healthy have 10 to 14 s",
        cohorts="12 to 14 s",
    ),
    "platelets_1e9_per_l": Slips(
        below=(Slip(meant="[1e4/uL]", one=15, median=30),),
        above=(Slip(meant="another count", one=1000), Slip(meant="[1/uL]", median=600)),
        people="the healthy have 150 to 400 1e9/L, and below 20 one bleeds",
        cohorts="110 to 180 1e9/L",
    ),
    "neutrophils_1e9_per_l": Slips(
        above=(Slip(meant=_OF_WHITE, one=30, median=20), Slip(meant="[1/uL]", median=150)),
        people="the healthy have 2 to 7.5 1e9/L",
        cohorts="2.5 to 4 1e9/L",
    ),
    "lymphocytes_1e9_per_l": Slips(
        above=(Slip(meant=_OF_WHITE, one=10, median=6), Slip(meant="[1/uL]", median=150)),
        people="the healthy have 1 to 4 1e9/L",
        cohorts="1 to 1.6 1e9/L",
    ),
    "monocytes_1e9_per_l": Slips(
        above=(Slip(meant=_OF_WHITE, one=3, median=2.5), Slip(meant="[1/uL]", median=150)),
        people="the healthy have 0.2 to 1 1e9/L",
        cohorts="0.3 to 0.6 1e9/L",
    ),
    "alt_u_per_l": Slips(
        below=(Slip(meant="in ukat/L", one=3, median=8),),
        people="the healthy have 7 to 50 U/L",
        cohorts="30 to 45 U/L",
    ),
    "ast_u_per_l": Slips(
        below=(Slip(meant="in ukat/L", one=3, median=8),),
        people="the healthy have 10 to 50 U/L",
        cohorts="35 to 55 U/L",
    ),
    "alp_u_per_l": Slips(below=(Slip(meant="in ukat/L", median=20),), cohorts="90 to 120 U/L"),
    "ggt_u_per_l": Slips(below=(Slip(meant="in ukat/L", median=8),), cohorts="60 to 120 U/L"),
    "afp_ng_per_ml": Slips(
        below=(Slip(meant="a logarithm", median=3),),
        above=(Slip(meant="in ng/L", median=1e5),),
        cohorts="10 to 400 ng/mL",
    ),
}
