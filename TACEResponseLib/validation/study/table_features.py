"""What a branch reads from features that stand in a table, told as scoring from images tells it."""

from collections.abc import Iterator, Mapping
from typing import Any

from TACEResponseLib.evidence.branch import FeatureContribution, FittedBranch


def table_features(
    branch: FittedBranch, prepared: Mapping[str, Any]
) -> tuple[tuple[str, FeatureContribution], ...]:
    """Value and z-score of each number of the lesion, under the name of the branch.

    What each contributes is left out: nobody looks at single patients of a table.

    Args:
        branch: radiomics or clinical; another has none.
        prepared: what the branch's `from_features` gave.
    """
    return tuple(
        (
            branch.name,
            FeatureContribution(
                name=name,
                value=value,
                z_score=(value - mean) / sd,
                contribution=None,
                ibsi_code=None,
            ),
        )
        for name, value, mean, sd in _numbers(branch, prepared)
    )


def _numbers(
    branch: FittedBranch, prepared: Mapping[str, Any]
) -> Iterator[tuple[str, float, float, float]]:
    """Name, value, and the training cohort's mean and standard deviation."""
    from TACEResponseLib.evidence.clinical.branch import ClinicalBranch
    from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch

    if isinstance(branch, RadiomicsBranch):
        state = branch.state
        for name, mean, sd in zip(state.feature_names, state.mean, state.sd, strict=True):
            yield name, float(prepared[name]), mean, sd
    if isinstance(branch, ClinicalBranch):
        for column in branch.state.columns:
            if column.name in prepared["measures"]:
                value = float(prepared["measures"][column.name])
                yield column.name, value, column.mean, column.sd
