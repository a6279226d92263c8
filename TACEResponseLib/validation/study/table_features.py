"""What a branch reads from features that stand in a table, told as scoring from images tells it."""

from TACEResponseLib.evidence.branch import FeatureContribution, Prepared
from TACEResponseLib.evidence.kinds import BranchPart, kind_of


def table_features(
    part: BranchPart, prepared: Prepared
) -> tuple[tuple[str, FeatureContribution], ...]:
    """Value and z-score of each number of the lesion, under the name of the branch.

    What each contributes is left out: nobody looks at single patients of a table.

    Args:
        part: of the branch.
        prepared: what the branch's `from_features` gave.
    """
    numbers = kind_of(part.settings).lesion_numbers(prepared)
    return tuple(
        (
            feature.branch,
            FeatureContribution(
                name=feature.name,
                value=float(numbers[feature.name]),
                z_score=(float(numbers[feature.name]) - feature.mean) / feature.sd,
                contribution=None,
                ibsi_code=None,
            ),
        )
        for feature in part.lesion_features
    )
