"""What the user says of dates, treatment and stage, since no image can tell."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

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

DAYS = "image_to_treatment_days"
MOST_DAYS = 36_525
# Whole days of two times differ by one from the days between them.
A_DAY = 1


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
    image_age_days: int | None = Field(default=None, ge=1, le=MOST_DAYS)
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
    image_to_treatment_days: float | None = None
    """Where dates are not known: days from the image to the treatment, 0 or more."""

    @property
    def days_to_treatment(self) -> float | None:
        """From the image to the treatment, by the dates or as it was said."""
        if self.image_date is None or self.treatment_date is None:
            return self.image_to_treatment_days
        return (self.treatment_date - self.image_date).days


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
        DAYS: _days,
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
        # Dates say it better, and records of before had no such answer.
        if key != DAYS or value is not None
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
    DAYS: "a number of days, 0 or more: the model reads images taken before treatment",
}


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _days(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    if not 0 <= value <= MOST_DAYS:
        raise ValueError
    return float(value)


def check_dates(context: CaseContext, today: date) -> None:
    """Refuse an image from after treatment or from the future, and days that contradict the dates.

    Args:
        context: what the user answered.
        today: the day to compare with.
    Raises: InputError: as said.
    """
    image, treatment = context.image_date, context.treatment_date
    said = context.image_to_treatment_days
    if image is None:
        return
    if treatment and said is not None and abs(said - (treatment - image).days) > A_DAY:
        raise InputError(
            Subject(SubjectKind.IMAGE_DATE),
            f"must be as many days before treatment as {DAYS} says",
            got=f"{(treatment - image).days} beside {said:g}",
            remedy=f"correct a date, or leave {DAYS} out",
        )
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
