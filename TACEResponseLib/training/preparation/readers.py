"""How alike two readers drew the tumors of training patients."""

from collections.abc import Sequence

import numpy as np

from TACEResponseLib.bundle.metadata import ReaderAgreement
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.kinds import kind_of
from TACEResponseLib.training.prepared_cohort import PreparedCohort


def reader_agreement(
    branches: Sequence[AnyBranch], training: PreparedCohort
) -> ReaderAgreement | None:
    """Mean Dice of patients who were drawn twice; None where no branch read both drawings.

    Args:
        branches: of the trained model.
        training: the patients that it was trained on.
    """
    for branch in branches:
        kind = kind_of(branch.settings)
        if branch.settings.reads_second_roi:
            known = [kind.reader_dice(prepared) for prepared in training.by_branch[branch.name]]
            if dices := [dice for dice in known if dice]:
                return ReaderAgreement(dice=float(np.mean(dices)), n=len(dices))
    return None
