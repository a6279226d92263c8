"""Cox regression: hazard ratios, and whether they hold over the whole of follow-up."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import checked_scores
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.evaluation.survival.follow_up import FollowUp, refuse_no_events

if TYPE_CHECKING:
    import pandas as pd
    from lifelines import CoxPHFitter

# A covariate whose groups have no events in one of them sends its coefficient here and beyond.
LARGEST_LOG_HAZARD_RATIO = 10.0
PROPORTIONALITY_LEVEL = 0.05
# Of lifelines' Newton: its own first, smaller ones where that overshoots, as with a few patients
# whose events come early.
STEP_SIZES = (0.95, 0.5, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxResult:
    """Hazard ratios of one model; above 1 means the event comes earlier."""

    hazard_ratios: Mapping[str, Estimate]
    """Per unit of each covariate, with all the others held."""
    significance: Mapping[str, Significance]
    """Wald's test of each covariate."""
    proportionality: Mapping[str, Significance]
    """Test of each covariate's scaled Schoenfeld residuals against the rank of time; a small p
    says that the ratio changes over time."""
    n: int
    events: int
    warnings: tuple[CaseWarning, ...]


def cox(follow_up: FollowUp, covariates: Mapping[str, ArrayLike]) -> CoxResult:
    """Hazard ratios with Wald intervals, ties by Efron.

    Args:
        follow_up: of all patients; at least one event.
        covariates: (n,) numbers each, known at the start of the clock; groups as 0 and 1.
    Raises: InputError: no event, no covariate, a constant covariate, or one of another length.
    Source: Cox, JRSS B 1972;34:187; Efron, JASA 1977;72:557; Grambsch and Therneau, Biometrika
        1994;81:515.
    """
    refuse_no_events(follow_up)
    table = _table(follow_up, covariates)
    fitter, remarks = _fit(table)
    return CoxResult(
        hazard_ratios={name: _hazard_ratio(fitter, name, follow_up.n) for name in covariates},
        significance={
            name: Significance(
                statistic=float(fitter.summary.at[name, "z"]),
                p=float(fitter.summary.at[name, "p"]),
                n=follow_up.n,
                method="Wald, Z",
            )
            for name in covariates
        },
        proportionality=_proportionality(fitter, table, tuple(covariates)),
        n=follow_up.n,
        events=follow_up.events,
        warnings=(*follow_up.warnings(), *remarks),
    )


def proportionality_sentence(result: CoxResult) -> str:
    """Whether the hazard ratios may be read as constant, in words."""
    broken = [
        f"{name} (p = {test.p:.3f})"
        for name, test in result.proportionality.items()
        if test.p < PROPORTIONALITY_LEVEL
    ]
    if broken:
        return (
            f"The hazard ratio changes over time for {', '.join(broken)}: read it as an average "
            "over follow-up, beside the curves."
        )
    return "No sign that a hazard ratio changes over time (Schoenfeld residuals)."


def _table(follow_up: FollowUp, covariates: Mapping[str, ArrayLike]) -> "pd.DataFrame":
    """Covariates, time and event of all patients."""
    import pandas as pd

    if not covariates:
        raise InputError("covariates", "must name at least one", got="none", remedy="give one")
    columns = {
        name: checked_scores(values, follow_up.event.astype(int), name=name)
        for name, values in covariates.items()
    }
    for name, values in columns.items():
        if np.ptp(values) == 0:
            raise InputError(
                name,
                "must differ between patients",
                got=f"{values[0]:g} everywhere",
                remedy="leave it out",
            )
    return pd.DataFrame({**columns, "__time": follow_up.time, "__event": follow_up.event})


def _fit(table: "pd.DataFrame") -> "tuple[CoxPHFitter, tuple[CaseWarning, ...]]":
    """Fitted model, and a warning where a coefficient runs away."""
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    fitter = CoxPHFitter()
    for step in STEP_SIZES:
        try:
            with warnings.catch_warnings():
                # lifelines warns of complete separation in many words; `remark` says it in ours.
                warnings.simplefilter("ignore")
                fitter.fit(
                    table,
                    duration_col="__time",
                    event_col="__event",
                    fit_options={"step_size": step},
                )
            break
        except ConvergenceError as failure:
            if step == STEP_SIZES[-1]:
                raise InputError(
                    "covariates",
                    "must not be combinations of each other",
                    got=", ".join(table.columns[:-2]),
                    remedy="leave out one of those that say the same",
                ) from failure
    runaway = [
        str(name)
        for name in fitter.params_.index
        if abs(fitter.params_[name]) * table[name].std() > LARGEST_LOG_HAZARD_RATIO
        or abs(fitter.params_[name]) * np.ptp(table[name]) > LARGEST_LOG_HAZARD_RATIO
    ]
    remark = CaseWarning(
        code="separated_hazards",
        message=f"All events lie on one side of {', '.join(runaway)}: its hazard ratio has no "
        "finite value; read the log-rank test instead.",
    )
    return fitter, (remark,) if runaway else ()


def _hazard_ratio(fitter: "CoxPHFitter", name: str, n: int) -> Estimate:
    """Ratio of one covariate."""
    row = fitter.summary.loc[name]
    return Estimate(
        value=float(row["exp(coef)"]),
        low=float(row["exp(coef) lower 95%"]),
        high=float(row["exp(coef) upper 95%"]),
        n=n,
        method="Cox, Efron's ties, Wald",
    )


def _proportionality(
    fitter: "CoxPHFitter", table: "pd.DataFrame", names: tuple[str, ...]
) -> dict[str, Significance]:
    """Schoenfeld test of each covariate."""
    from lifelines.statistics import proportional_hazard_test

    tests = proportional_hazard_test(fitter, table, time_transform="rank").summary
    return {
        name: Significance(
            statistic=float(tests.at[name, "test_statistic"]),
            p=float(tests.at[name, "p"]),
            n=len(table),
            method="scaled Schoenfeld residuals on ranked time, chi-squared",
            degrees_of_freedom=1,
        )
        for name in names
    }
