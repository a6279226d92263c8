"""Does the patient belong to the model's population?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.patient.context import CaseContext, PopulationLimits, check_dates

TREATED_BEFORE = "treated_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """One way in which a patient lies outside a model's population."""

    code: str
    words: str
    """Short, for counting: `HAIC`, `BCLC D`; names no patient and no day."""
    message: str
    """For who reads the patient's number."""


def check_population(
    context: CaseContext, limits: PopulationLimits, today: date
) -> tuple[CaseWarning, ...]:
    """Compare a case with the model's population.

    Args:
        context: what the user answered.
        limits: of the model.
        today: stands for the day of treatment where none is planned yet.
    Returns: what the reader of the number must know.
    Raises: InputError: the image was taken after treatment, or in the future, or the patient was
        treated before and the model knows first treatments only; no number is given then.
    """
    check_dates(context, today)
    beyond = beyond_limits(context, limits, today)
    if any(one.code == TREATED_BEFORE for one in beyond):
        raise InputError(
            Subject(SubjectKind.FIRST_TREATMENT),
            "must be the first: the model knows livers before any treatment only",
            got="an earlier one",
            remedy="choose a model made for repeated treatment",
        )
    warnings = [CaseWarning(code=one.code, message=one.message) for one in beyond]
    unknown = [*_undated(context), *_not_said(context, limits)]
    if unknown:
        message = (
            f"Not said: {', '.join(unknown)}. Whether the patient is one that the model was made "
            "for can't be checked."
        )
        warnings.append(CaseWarning(code="population_unknown", message=message))
    return tuple(warnings)


def beyond_limits(
    context: CaseContext, limits: PopulationLimits, today: date | None = None
) -> tuple[Beyond, ...]:
    """Every limit of the model that the patient lies outside; what nobody said breaks none.

    Args:
        context: what was said of the patient.
        limits: of the model.
        today: stands for the day of a treatment that has no date; without it an image's age is
            known where both days are.
    """
    return (*_age(context, limits, today), *_course(context, limits))


def not_said(context: CaseContext, limits: PopulationLimits) -> tuple[str, ...]:
    """Limits of the model of which nobody said where the patient lies."""
    is_undated = limits.image_age_days is not None and context.days_to_treatment is None
    return (*(("days from image to treatment",) if is_undated else ()), *_not_said(context, limits))


def _undated(context: CaseContext) -> list[str]:
    """The image's date is asked for whatever the model: it shows that treatment came after."""
    is_known = context.image_date is not None or context.image_to_treatment_days is not None
    return [] if is_known else ["date of the image"]


def _not_said(context: CaseContext, limits: PopulationLimits) -> list[str]:
    """Of treatment, its number and the stage."""
    return [
        words
        for words, answer, is_limited in (
            ("planned treatment", context.planned_treatment, bool(limits.treatments)),
            ("whether it is the first", context.is_first_treatment, limits.first_treatment_only),
            ("BCLC stage", context.bclc_stage, bool(limits.bclc_stages)),
        )
        if is_limited and answer is None
    ]


def _age(context: CaseContext, limits: PopulationLimits, today: date | None) -> Iterator[Beyond]:
    """An image must come before treatment, and not long before."""
    days, what = context.days_to_treatment, "before treatment"
    if days is None and context.image_date and today and context.treatment_date is None:
        days, what = (today - context.image_date).days, "old"
    most = limits.image_age_days
    if days is not None and most is not None and days > most:
        yield Beyond(
            code="image_too_old",
            words=f"image more than {most} days before treatment",
            message=f"The image is {past(days, most, '.0f')} days {what}; those of the model's "
            f"cohort were at most {most} days old.",
        )


def _course(context: CaseContext, limits: PopulationLimits) -> Iterator[Beyond]:
    """Treatment, its number and the stage."""
    if limits.first_treatment_only and context.is_first_treatment is False:
        yield Beyond(
            code=TREATED_BEFORE,
            words="treated before",
            message="The patient was treated before; the model's cohort was not.",
        )
    planned, stage = context.planned_treatment, context.bclc_stage
    if planned is not None and limits.treatments and planned not in limits.treatments:
        yield Beyond(
            code="other_treatment",
            words=planned.value,
            message=f"{planned} is planned; the model's cohort "
            f"received {' or '.join(limits.treatments)}.",
        )
    if stage is not None and limits.bclc_stages and stage not in limits.bclc_stages:
        yield Beyond(
            code="other_stage",
            words=f"BCLC {stage.value}",
            message=f"BCLC stage {stage}; the model's cohort was "
            f"BCLC {' or '.join(limits.bclc_stages)}.",
        )
