"""Scores that any model must beat: size alone, clinical scores, and calling everyone the majority.

Their directions are fixed beforehand: a larger lesion, a worse liver or a higher burden is taken to
respond less. Turning a score round after a look at the outcome would flatter it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.patient.scores import SCORES, derived_scores
from TACEResponseLib.validation.study.study import Baseline

FIXED = ", fixed beforehand"
LOWER = f"lower = more likely positive{FIXED}"
# With fewer patients known a comparison is of other patients, not of another score.
SMALLEST_KNOWN_SHARE = 0.2
FEWEST_KNOWN = 10


def baselines(
    sizes: Mapping[str, Floats], clinical: Sequence[ClinicalRecord]
) -> tuple[Baseline, ...]:
    """Every baseline that enough patients have.

    Args:
        sizes: (n,) by name, such as lesion volume in mL; nan where unknown.
        clinical: n records, or none.
    """
    values = dict(sizes) | _of_records(clinical)
    return tuple(
        Baseline(name=name, scores=-scores, direction=LOWER)
        for name, scores in values.items()
        if _is_usable(scores)
    )


def _of_records(clinical: Sequence[ClinicalRecord]) -> dict[str, Floats]:
    """Tumor size, AFP and every derived score, nan where its inputs are unknown."""
    by_name: dict[str, Floats] = {}
    for name, label in (("tumor_size_cm", "tumor size, cm"), ("afp_ng_per_ml", "AFP, ng/mL")):
        by_name[label] = np.array([_number(record, name) for record in clinical])
    by_patient = [{s.name: s.value for s in derived_scores(record)} for record in clinical]
    for name in SCORES:
        by_name[name] = np.array([scores.get(name, np.nan) for scores in by_patient], dtype=float)
    return by_name


def _number(record: ClinicalRecord, name: str) -> float:
    value = record.values.get(name)
    return np.nan if value is None else float(value)


def _is_usable(scores: Floats) -> bool:
    """Known in enough patients, and not the same in all."""
    known = scores[np.isfinite(scores)]
    enough = known.size >= max(FEWEST_KNOWN, SMALLEST_KNOWN_SHARE * scores.size)
    return bool(enough and np.ptp(known) > 0)
