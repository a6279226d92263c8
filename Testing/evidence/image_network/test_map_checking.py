"""Maps checked in training: one that finds what was planted passes, one of noise does not."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch
from TACEResponseLib.evidence.image_network.kind import KIND
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.map_check import Gain, MapCheck, Redrawn
from TACEResponseLib.evidence.image_network.map_checking import (
    MOST_A_FOLD,
    MapFinding,
    map_check,
    map_findings,
)
from TACEResponseLib.evidence.image_network.part import ImageNetworkPart
from TACEResponseLib.evidence.image_network.preparation import PreparedPatches
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.imaging.settings import PatchSettings

SETTINGS = ImageNetworkSettings(
    sequences=(ImageSequence.CT_ARTERIAL,),
    patch=PatchSettings(size_px=32, channels=1),
    network=SMALL_CNN,
    arguments={"in_channels": 1, "n_classes": 2, "widths": [4, 8]},
    target_layer="features",
)


class BrightCells(nn.Module):
    """Answers by how far cells of 4 x 4 pixels exceed one half."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.AvgPool2d(4), nn.Conv2d(1, 1, 1), nn.ReLU())
        self.features[1].weight.data.fill_(1.0)
        self.features[1].bias.data.fill_(-0.5)
        self.classifier = nn.Linear(1, 2, bias=False)
        self.classifier.weight.data = torch.tensor([[-32.0], [32.0]])

    def forward(self, patches: Tensor) -> Tensor:
        return self.classifier(self.features(patches).mean(dim=(2, 3)))


def patients(n: int) -> list[PreparedPatches]:
    """Dark patches with one bright square each, brighter from patient to patient."""
    rng = np.random.default_rng(3)
    made = []
    for number in range(n):
        patch = rng.uniform(0, 0.2, (1, 1, 32, 32)).astype(np.float32)
        row, column = 4 * rng.integers(0, 7, 2)
        patch[..., row : row + 8, column : column + 8] = 0.6 + 0.4 * number / n
        made.append(PreparedPatches(patches=patch, plans=()))
    return made


@pytest.fixture(scope="module")
def findings() -> list[MapFinding]:
    return map_findings(ImageNetworkBranch(SETTINGS, BrightCells()), patients(12), seed=1)


def test_findings_are_of_patients_evenly_chosen_and_of_a_seed(findings: list[MapFinding]) -> None:
    assert len(findings) == MOST_A_FOLD
    again = map_findings(ImageNetworkBranch(SETTINGS, BrightCells()), patients(12), seed=1)
    assert again == findings


def test_the_scale_is_the_raw_value_that_one_in_ten_exceeds(findings: list[MapFinding]) -> None:
    branch = ImageNetworkBranch(SETTINGS, BrightCells())
    check = map_check(branch, findings, patients(12), seed=1)
    assert check is not None
    assert check.reference == pytest.approx(np.quantile([f.peak for f in findings], 0.9))
    # The brightest: 64 / 64 times what exceeds one half.
    assert max(f.peak for f in findings) == pytest.approx(0.6 + 0.4 * 11 / 12 - 0.5, abs=1e-3)


def test_a_map_that_finds_the_square_gains_in_every_patient(findings: list[MapFinding]) -> None:
    check = map_check(ImageNetworkBranch(SETTINGS, BrightCells()), findings, patients(12), seed=1)
    assert check is not None
    assert min(f.deletion for f in findings) > 0
    assert check.deletion.is_shown
    assert check.insertion.is_shown
    assert check.deletion.n == len(findings)
    assert any("finds what moves it" in line for line in check.words)


def test_a_network_that_says_the_same_of_all_has_no_scale() -> None:
    silent = BrightCells()
    silent.classifier.weight.data.zero_()
    branch = ImageNetworkBranch(SETTINGS, silent)
    noted = map_findings(branch, patients(4), seed=1)
    assert {(f.peak, f.deletion, f.insertion) for f in noted} == {(0, 0, 0)}
    assert map_check(branch, noted, patients(4), seed=1) is None


def test_a_network_that_answers_covered_patches_with_no_numbers_stops_no_training() -> None:
    class Odd(BrightCells):
        def forward(self, patches: Tensor) -> Tensor:
            answer = super().forward(patches)
            # Many at once are covered ones.
            return answer / 0 if len(patches) > 1 else answer

    branch = ImageNetworkBranch(SETTINGS, Odd())
    noted = map_findings(branch, patients(3), seed=1)
    assert {f.peak for f in noted} == {0}


def test_a_map_beyond_all_bounds_stops_no_training() -> None:
    huge = BrightCells()
    huge.classifier.weight.data *= 1e26
    noted = map_findings(ImageNetworkBranch(SETTINGS, huge), patients(3), seed=1)
    assert {f.peak for f in noted} == {0}


def test_the_kind_keeps_the_check_with_the_branch_and_the_card_tells_it() -> None:
    branch = ImageNetworkBranch(SETTINGS, BrightCells())
    noted = KIND.findings(branch, patients(6), 1)
    checked = KIND.checked(branch, [noted, noted], patients(6), 1)
    assert checked.state.map_check is not None
    assert checked.state.map_check.n == 12
    card = "\n".join(KIND.part_of(checked).card_lines)
    assert "Randomisation check" in card
    assert "Its attention map" in card
    with pytest.raises(ValueError, match="peak"):
        KIND.checked(branch, [[{"deletion": 0.0, "insertion": 0.0}]], patients(6), 1)


def check_with(correlation: float, low: float) -> MapCheck:
    gain = Gain(mean=0.3, low=low, high=0.6, n=40)
    return MapCheck(
        reference=1.0,
        n=40,
        deletion=gain,
        insertion=gain,
        redrawn=(
            Redrawn(layers=1, of=6, correlation=0.7),
            Redrawn(layers=6, of=6, correlation=correlation),
        ),
    )


def test_the_card_says_passed_or_failed_with_the_number() -> None:
    passed, failed = check_with(0.12, 0.1), check_with(0.5, -0.1)
    assert passed.is_passed
    assert "Randomisation check passed: maps correlate 0.12 with those before" in passed.words[1]
    assert not failed.is_passed
    assert "FAILED" in failed.words[1]
    assert "outlines of the image" in failed.words[1]
    assert "is NOT shown to find what moves it" in failed.words[0]
    gain = Gain(mean=-0.2, low=-0.3, high=-0.1, n=40)
    worse = passed.model_copy(update={"deletion": gain})
    assert "does WORSE than chance in deletion" in worse.words[0]
    assert "deletion -0.200 (-0.300 to -0.100), insertion 0.300" in worse.words[0]


def test_metadata_of_before_has_no_check_and_its_card_is_what_it_was() -> None:
    part = ImageNetworkPart.model_validate({"settings": SETTINGS.model_dump(), "state": {}})
    assert part.state.map_check is None
    assert len(part.card_lines) == 2
