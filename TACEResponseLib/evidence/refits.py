"""The same branch trained on other patients, asked about one case."""

from collections.abc import Sequence
from typing import cast

from TACEResponseLib.evidence.branch import AnyBranch, Prepared


def logits_by(refits: Sequence[AnyBranch], prepared: object) -> tuple[float, ...]:
    """What refits say of what was prepared of a case; the same refit is asked once.

    Args:
        refits: of one kind, which `prepared` is of too.
        prepared: by the settings that all of them have.
    """
    said: dict[int, float] = {}
    for refit in refits:
        if id(refit) not in said:
            said[id(refit)] = float(refit.logits([cast("Prepared", prepared)])[0])
    return tuple(said[id(refit)] for refit in refits)
