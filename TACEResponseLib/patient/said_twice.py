"""Clinical variables that say what the context says: gaps filled, contradictions named."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from TACEResponseLib.patient.context import BclcStage, CaseContext, Treatment
from TACEResponseLib.patient.record import ClinicalRecord

TWICE = {
    "planned_treatment": "treatment",
    "is_first_treatment": "earlier_treatment",
    "bclc_stage": "bclc",
}
"""Answers of the context, and the clinical variables that say the same."""


class Clash(NamedTuple):
    """An answer that a clinical variable contradicts."""

    key: str
    variable: str
    got: str


def filled_context(
    context: CaseContext | None, record: ClinicalRecord
) -> tuple[CaseContext | None, tuple[Clash, ...]]:
    """The context, gaps filled from the clinical record.

    Args:
        context: as it was said; `None` where nobody was asked.
        record: of the same patient.
    Returns: `None` where neither says anything; and what they contradict each other in.
    """
    known = {key: value for key, value in _of_record(record) if value is not None}
    if not known:
        return context, ()
    own = context or CaseContext()
    clashes = tuple(
        Clash(key, TWICE[key], f"{_words(getattr(own, key))} beside {_words(value)}")
        for key, value in known.items()
        if getattr(own, key) not in (None, value)
    )
    gaps = {key: value for key, value in known.items() if getattr(own, key) is None}
    return replace(own, **gaps), clashes


def _of_record(record: ClinicalRecord) -> Iterator[tuple[str, Any]]:
    """Treatment, its number and stage by the keys of the context; `None` where unknown."""
    treatment, stage = record.values.get("treatment"), record.values.get("bclc")
    # The schema tells doses of HAIC apart, which make no other treatment.
    plain = None if treatment is None else str(treatment).split(" ")[0]
    yield "planned_treatment", Treatment(plain) if plain in set(Treatment) else None
    yield "bclc_stage", None if stage is None else BclcStage(str(stage))
    earlier = record.values.get("earlier_treatment")
    yield "is_first_treatment", None if earlier is None else not earlier


def _words(value: object) -> str:
    """An answer as a table would have it."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
