"""What is said of a map's strength and place, in one wording for picture, page and panel."""

from TACEResponseLib.evidence.branch import SaliencyMap
from TACEResponseLib.result.prediction import Prediction

# Below it a map is called weak.
WEAK = 0.5
SCALE = "1 is what one in ten of the training patients' maps exceeds"


def map_words(prediction: Prediction) -> str:
    """Of the map that is shown: how strong it is, and where it lies; empty without a map."""
    shown = next((m for b in prediction.branches for m in b.saliency.values()), None)
    return "" if shown is None else " ".join(filter(None, (strength_words(shown), _place(shown))))


def weak_words(prediction: Prediction) -> str:
    """A sentence for a map that is weak; empty for others, and where no scale is known."""
    strengths = [
        m.strength
        for b in prediction.branches
        for m in b.saliency.values()
        if m.strength is not None
    ]
    if not strengths or max(strengths) >= WEAK:
        return ""
    return f"The attention map is weak: {max(strengths):.2f} at most, where {SCALE}."


def strength_words(saliency: SaliencyMap) -> str:
    """On which scale its colors are read."""
    if saliency.strength is None:
        return "Colors: share of this map's own largest value, for this model keeps no other scale."
    return f"Colors: {SCALE}; this one reaches {saliency.strength:.2f}."


def _place(saliency: SaliencyMap) -> str:
    """Where most of it lies."""
    shares = saliency.shares
    if shares is None:
        return ""
    inside, near = 100 * shares.roi, 100 * shares.rim
    return f"{inside:.0f} % of it lies inside the ROI, {near:.0f} % within 10 mm of it."
