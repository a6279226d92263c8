"""Does the patient belong to the model's population? Asked of the user, since no image can tell."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind

WHERE = SubjectKind.CONTEXT
# CT came in 1971, chemoembolization of the liver in the years after it.
FIRST_YEAR = 1971
A_DATE = f"a date written 2026-03-31, without the time, {FIRST_YEAR} or later"
# Programs write the days of a column with times, all at midnight.
WRITTEN_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8})(?:[ T]00:00(?::00(?:\.0+)?)?)?")


class Treatment(StrEnum):
    """What the patient is to receive."""

    CTACE = "cTACE"
    DEB_TACE = "DEB-TACE"
    HAIC = "HAIC"


class BclcStage(StrEnum):
    """Barcelona Clinic Liver Cancer stage."""

    ZERO = "0"
    A = "A"
    B = "B"
    C = "C"
    D = "D"


class PopulationLimits(Settings):
    """On whom a model was trained, as far as a case can be compared with it."""

    treatments: tuple[Treatment, ...] = ()
    """Empty: any."""
    first_treatment_only: bool = True
    bclc_stages: tuple[BclcStage, ...] = ()
    """Empty: any."""
    image_age_days: int | None = Field(default=None, ge=1, le=36_525)
    """Longest time from image to treatment that is not worth a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseContext:
    """What the user says of the case; `None` is unknown."""

    image_date: date | None = None
    treatment_date: date | None = None
    """Planned or past."""
    planned_treatment: Treatment | None = None
    is_first_treatment: bool | None = None
    bclc_stage: BclcStage | None = None


def check_population(
    context: CaseContext, limits: PopulationLimits, today: date
) -> tuple[CaseWarning, ...]:
    """Compare a case with the model's population.

    Args:
        context: what the user answered.
        limits: of the model.
        today: stands for the day of treatment where none is planned yet.
    Returns: what the reader of the number must know.
    Raises: InputError: the image was taken after treatment, or in the future; no number is
        given for such a case.
    """
    warnings = [*_dates(context, limits, today), *_course(context, limits)]
    unknown = [
        words
        for words, answer, is_limited in (
            ("date of the image", context.image_date, True),
            ("planned treatment", context.planned_treatment, bool(limits.treatments)),
            ("whether it is the first", context.is_first_treatment, limits.first_treatment_only),
            ("BCLC stage", context.bclc_stage, bool(limits.bclc_stages)),
        )
        if is_limited and answer is None
    ]
    if unknown:
        message = (
            f"Not said: {', '.join(unknown)}. Whether the patient is one that the model was made "
            "for can't be checked."
        )
        warnings.append(_warning("population_unknown", message))
    return tuple(warnings)


def read_context(content: Mapping[str, Any]) -> CaseContext:
    """Read the answers as a JSON object gives them.

    Raises: InputError: an unknown key, date, treatment or stage.
    """
    readers = {
        "image_date": read_date,
        "treatment_date": read_date,
        "planned_treatment": Treatment,
        "is_first_treatment": _yes_or_no,
        "bclc_stage": BclcStage,
    }
    if strange := sorted(set(content) - set(readers)):
        raise InputError(
            WHERE,
            f"knows {', '.join(readers)}",
            got=repr(strange[0])[:60],
            remedy="correct the key",
        )
    return CaseContext(**{key: _read(key, readers[key], value) for key, value in content.items()})


def read_date(text: str) -> date:
    """A day as people and programs write it, 2026-03-31 or 20260331, at midnight or without time.

    Raises: ValueError: another writing, such as weeks, no day of a calendar, or one before there
        was any such treatment.
    """
    day = WRITTEN_DATE.fullmatch(text)
    parsed = date.fromisoformat(day[1]) if day else None
    if parsed is None or parsed.year < FIRST_YEAR:
        raise ValueError(f"must be {A_DATE}, got {text[:40]!r}")
    return parsed


def context_record(context: CaseContext) -> dict[str, Any]:
    """The answers as JSON values; `read_context` reads them back."""
    answers = asdict(context)
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in answers.items()
    }


def _read(key: str, reader: Any, value: object) -> Any:
    """One answer; a blank is unknown."""
    if value is None or value == "":
        return None
    try:
        return reader(value)
    except (TypeError, ValueError) as error:
        raise InputError(
            WHERE,
            f"{key} must be {EXPECTED[key]}",
            got=repr(value)[:40],
            remedy="correct it, or leave it out",
        ) from error


EXPECTED = {
    "image_date": A_DATE,
    "treatment_date": A_DATE,
    "planned_treatment": f"one of {', '.join(Treatment)}",
    "is_first_treatment": "true or false",
    "bclc_stage": f"one of {', '.join(BclcStage)}",
}


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def check_dates(context: CaseContext, today: date) -> None:
    """Refuse an image from after treatment or from the future, whatever the model.

    Args:
        context: what the user answered.
        today: the day to compare with.
    Raises: InputError: as said.
    """
    image, treatment = context.image_date, context.treatment_date
    if image is None:
        return
    if image > today:
        raise InputError(
            Subject(SubjectKind.IMAGE_DATE),
            "must not lie in the future",
            got=image.isoformat(),
            remedy="correct it",
        )
    if treatment is not None and image > treatment:
        raise InputError(
            Subject(SubjectKind.IMAGE_DATE),
            "must not be after treatment: the model reads images taken before it",
            got=f"{image.isoformat()} with treatment on {treatment.isoformat()}",
            remedy="choose the image from before treatment",
        )


def _dates(context: CaseContext, limits: PopulationLimits, today: date) -> list[CaseWarning]:
    """An image must come before treatment, and not long before."""
    check_dates(context, today)
    image, treatment = context.image_date, context.treatment_date
    if image is None:
        return []
    until = treatment or today
    days = (until - image).days
    if limits.image_age_days is None or days <= limits.image_age_days:
        return []
    what = "before treatment" if treatment else "old"
    return [
        _warning(
            "image_too_old",
            f"The image is {days} days {what}; those of the model's "
            f"cohort were at most {limits.image_age_days} days old.",
        )
    ]


def _course(context: CaseContext, limits: PopulationLimits) -> list[CaseWarning]:
    """Treatment, its number and the stage."""
    warnings = []
    if limits.first_treatment_only and context.is_first_treatment is False:
        raise InputError(
            Subject(SubjectKind.FIRST_TREATMENT),
            "must be the first: the model knows livers before any treatment only",
            got="an earlier one",
            remedy="choose a model made for repeated treatment",
        )
    planned, stage = context.planned_treatment, context.bclc_stage
    if planned is not None and limits.treatments and planned not in limits.treatments:
        warnings.append(
            _warning(
                "other_treatment",
                f"{planned} is planned; the model's cohort "
                f"received {' or '.join(limits.treatments)}.",
            )
        )
    if stage is not None and limits.bclc_stages and stage not in limits.bclc_stages:
        warnings.append(
            _warning(
                "other_stage",
                f"BCLC stage {stage}; the model's cohort was "
                f"BCLC {' or '.join(limits.bclc_stages)}.",
            )
        )
    return warnings


def _warning(code: str, message: str) -> CaseWarning:
    return CaseWarning(code=code, message=message)
