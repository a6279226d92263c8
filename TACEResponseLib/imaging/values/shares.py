"""Shares of voxels in words."""


def percent(share: float) -> str:
    """A share in words; never a rounded 0."""
    return "less than 1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"
