"""Shares of voxels in words."""

from TACEResponseLib.basics.past_limit import past


def portion(share: float, limit: float | None = None) -> str:
    """A share in words; never a rounded 0, nor on the other side of a limit that it broke."""
    if limit is not None:
        return f"{past(100 * share, 100 * limit, '.0f')} %"
    return "less than 1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"
