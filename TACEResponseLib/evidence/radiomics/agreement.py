"""Features that two readers' ROIs give alike, by intraclass correlation in training patients."""

from collections.abc import Mapping, Sequence

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import SECOND_READER
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.evaluation.agreement.intraclass import intraclass
from TACEResponseLib.evidence.icc_filter import FEWEST_READ_TWICE, IccFilter


def reliable_names(
    prepared: Sequence[Mapping[str, float]], names: Sequence[str], icc: IccFilter
) -> list[str]:
    """Features whose intraclass correlation reaches the minimum, in the order of `names`.

    Args:
        prepared: training patients alone; second readings under names that begin with
            `SECOND_READER`. Patients without one are left out, as in S4 where 50 of 139 were
            read twice.
        names: candidates.
        icc: form and minimum.
    Raises: InputError: hardly any second reading, or no feature is reliable.
    """
    twice = [features for features in prepared if _is_read_twice(features, names)]
    if len(twice) < FEWEST_READ_TWICE:
        raise InputError(
            f"{option('cohort')}, column roi_reader2",
            f"the ICC filter needs a second reader's ROI of at least {FEWEST_READ_TWICE} training "
            "patients in each fold",
            got=str(len(twice)),
            remedy="give the column, or train with icc=null",
        )
    reliable = [name for name in names if feature_agreement(twice, name, icc) >= icc.minimum]
    if not reliable:
        raise InputError(
            f"{option('cohort')}, column roi_reader2",
            f"at least one feature must have {icc.form} >= {icc.minimum:g}",
            got=f"none of {len(names)}",
            remedy="check that both readers segment the same tumor",
        )
    return reliable


def feature_agreement(twice: Sequence[Mapping[str, float]], name: str, icc: IccFilter) -> float:
    """Intraclass correlation of one feature between the readers; nan if nothing differs."""
    ratings = [(features[name], features[SECOND_READER + name]) for features in twice]
    return intraclass(np.array(ratings))[icc.form].value


def _is_read_twice(features: Mapping[str, float], names: Sequence[str]) -> bool:
    """Whether a second reading is there, whole."""
    return all(SECOND_READER + name in features for name in names)
