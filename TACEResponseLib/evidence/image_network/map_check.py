"""What training found of a network's attention maps, as bundle and card hold it."""

from typing import Annotated

from pydantic import Field

from TACEResponseLib.basics.settings import Settings

# Maps of a network whose weights were drawn anew must resemble its own less than this.
LARGEST_RESEMBLANCE = 0.5
FAILED = "; they show outlines of the image more than what was learned"

LARGEST = 1e9
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, Field(ge=0, le=10**6)]


class Gain(Settings):
    """What the map's order of squares is worth beyond a random one, in logits, a patient."""

    mean: Number
    low: Number
    high: Number
    """95 %, by t over patients."""
    n: Count

    @property
    def is_shown(self) -> bool:
        """Whether it is above 0 beyond chance."""
        return self.low > 0


class Redrawn(Settings):
    """Likeness of maps before and after the weights of the last so many layers were drawn anew."""

    layers: Count
    of: Count
    """Layers with weights that the network has."""
    correlation: Annotated[float, Field(ge=-1, le=1)]
    """Spearman's, mean over patches; its size, mean over draws."""


class MapCheck(Settings):
    """The scale of a network's maps, and whether they tell what moves it."""

    reference: Annotated[float, Field(gt=0, le=LARGEST)]
    """Raw value that the maxima of a tenth of the training patients' maps exceed, out-of-fold."""
    n: Count
    """Training patients behind it."""
    deletion: Gain
    """By how much more the log-odds fall when marked squares are covered first."""
    insertion: Gain
    """By how much more they rise when marked squares are uncovered first."""
    redrawn: tuple[Redrawn, ...] = Field(max_length=16)
    """From the last layer alone to all of them."""

    @property
    def is_passed(self) -> bool:
        """Whether maps of a network without what it learned are others."""
        return self.redrawn[-1].correlation < LARGEST_RESEMBLANCE

    @property
    def words(self) -> list[str]:
        """For the model card, a sentence each."""
        failed = "" if self.is_passed else FAILED
        return [
            f"Its attention map {self._verdict()}: against random order of the same squares, "
            f"deletion {_words(self.deletion)}, insertion {_words(self.insertion)} logits (above "
            f"0: better than random; {self.deletion.n} training patients, by networks that have "
            "not seen them).",
            f"Randomisation check {'passed' if self.is_passed else 'FAILED'}: maps correlate "
            f"{self._stages()} (below {LARGEST_RESEMBLANCE:g} after all of them is passed"
            f"{failed}).",
        ]

    def _verdict(self) -> str:
        """What both curves allow one to say."""
        gains = {"deletion": self.deletion, "insertion": self.insertion}
        worse = [name for name, gain in gains.items() if gain.high < 0]
        if worse:
            return f"does WORSE than chance in {' and '.join(worse)}"
        shown = all(gain.is_shown for gain in gains.values())
        return "finds what moves it" if shown else "is NOT shown to find what moves it"

    def _stages(self) -> str:
        """`.61 with those before once the last of 6 layers is drawn anew, .05 once all are`."""
        first, last = self.redrawn[0], self.redrawn[-1]
        return (
            f"{last.correlation:.2f} with those before once the weights of all {last.of} layers "
            f"are drawn anew, {first.correlation:.2f} once those of the last are"
        )


def _words(gain: Gain) -> str:
    return f"{gain.mean:.3f} ({gain.low:.3f} to {gain.high:.3f})"
