"""S2's network of two inputs: as its code has it, trained, explained and saved with its columns."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.image_network.architectures.joint import JointNetwork, OfOnePatient
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch, ImageNetworkRecipe
from TACEResponseLib.evidence.image_network.branch_network import build_branch_network
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.preparation import PreparedPatches
from TACEResponseLib.evidence.image_network.settings import (
    FittingSettings,
    ImageNetworkSettings,
    JointHead,
)
from TACEResponseLib.evidence.image_network.training.held_apart import held_apart
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.patches import PatchPlan
from TACEResponseLib.imaging.settings import PatchSettings
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.columns import ClinicalInput
from TACEResponseLib.patient.record import ClinicalRecord
from Testing.evidence.image_network.parameter_count import parameter_count

CLINICAL = (
    ClinicalInput(name="afp_ng_per_ml", transform="log10", required=False),
    ClinicalInput(name="age_years"),
)


def settings(**changes: object) -> ImageNetworkSettings:
    return ImageNetworkSettings(
        **{
            "sequences": (ImageSequence.CT_ARTERIAL,),
            "patch": PatchSettings(size_px=24, channels=1),
            "network": SMALL_CNN,
            "arguments": {"in_channels": 1, "n_classes": 2, "widths": [4, 8]},
            "clinical": CLINICAL,
            "joint_head": JointHead(widths=(16, 16)),
            "target_layer": "features",
            "fitting": FittingSettings(epochs=20, batch_size=8, learning_rate=0.01),
        }
        | changes
    )


def test_the_head_has_the_sizes_of_the_published_code() -> None:
    joint = JointNetwork(nn.Identity(), n_clinical=24)
    # 2 outputs + 24 columns -> 512 -> 512 -> 2, normalization of 2, 512 and 512.
    by_hand = (26 + 1) * 512 + (512 + 1) * 512 + (512 + 1) * 2 + 2 * (2 + 512 + 512)
    assert parameter_count(joint) == by_hand


def test_the_answer_is_the_one_worked_by_hand() -> None:
    class TwoOutputs(nn.Module):
        def forward(self, patches: Tensor) -> Tensor:
            return patches.flatten(1)

    joint = JointNetwork(TwoOutputs(), n_clinical=1, widths=(1,), dropout=0.0).eval()
    for module in joint.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.eps = 0.0
    with torch.no_grad():
        joint.hidden[0].weight[:] = torch.tensor([[1.0, 10.0, 100.0]])
        joint.hidden[0].bias[:] = 0.0
        joint.classifier.weight[:] = torch.tensor([[1.0], [-2.0]])
        joint.classifier.bias[:] = torch.tensor([0.5, 0.0])
    # Image outputs 3 and -4, rectified 3 and 0; 3 + 0 + 100 * 2 = 203.
    answer = joint(torch.tensor([3.0, -4.0]).reshape(1, 2, 1, 1), torch.tensor([[2.0]]))
    assert answer.tolist() == [[203.5, -406.0]]
    alone = OfOnePatient(joint, torch.tensor([2.0]))
    assert torch.equal(alone(torch.tensor([3.0, -4.0]).reshape(1, 2, 1, 1)), answer)


def patient(rng: np.random.Generator, age: float, afp: float | None) -> PreparedPatches:
    """Noise, which tells nothing."""
    geometry = Geometry(
        size_ijk=(24, 24, 1),
        spacing_mm=(1.0, 1.0, 5.0),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    values = {"age_years": age} | ({} if afp is None else {"afp_ng_per_ml": afp})
    return PreparedPatches(
        patches=rng.random((2, 1, 24, 24), dtype=np.float32),
        plans=tuple(PatchPlan(slice_index=k, geometry=geometry) for k in (0, 1)),
        clinical=values,
    )


@pytest.fixture(scope="module")
def fitted() -> ImageNetworkBranch:
    """Trained on patients of whom the old ones respond."""
    rng = np.random.default_rng(0)
    ages = np.tile([50.0, 70.0], 12) + rng.normal(0, 3, 24)
    prepared = [patient(rng, age, None if n % 5 == 0 else 40.0) for n, age in enumerate(ages)]
    return ImageNetworkRecipe(settings()).fit(prepared, (ages > 60).astype(np.int64), seed=1)


def test_clinical_values_decide_where_the_image_tells_nothing(fitted: ImageNetworkBranch) -> None:
    rng = np.random.default_rng(9)
    young, old = (fitted.logits([patient(rng, a, 40.0)])[0] for a in (50.0, 70.0))
    assert young < -1
    assert old > 1


def test_columns_are_those_of_the_training_patients(fitted: ImageNetworkBranch) -> None:
    afp, age = fitted.state.clinical
    assert (afp.name, age.name) == ("afp_ng_per_ml", "age_years")
    assert afp.filled_in == pytest.approx(np.log10(40))
    assert afp.sd == 1.0, "all have the same AFP"
    assert 45 < age.mean < 75
    assert age.filled_in is None


def test_a_missing_value_counts_as_the_typical_one(fitted: ImageNetworkBranch) -> None:
    same, without = (patient(np.random.default_rng(3), 66.0, afp) for afp in (40.0, None))
    assert fitted.logits([same]) == pytest.approx(fitted.logits([without]))
    with pytest.raises(InputError, match="needs age_years"):
        fitted.logits([PreparedPatches(patches=same.patches, plans=same.plans, clinical={})])


def test_patients_without_a_required_variable_train_nothing() -> None:
    rng = np.random.default_rng(0)
    prepared = [patient(rng, 60.0, 40.0), patient(rng, 60.0, 40.0)]
    bare = PreparedPatches(patches=prepared[0].patches, plans=prepared[0].plans)
    with pytest.raises(InputError, match="age_years must be known for every training patient"):
        ImageNetworkRecipe(settings()).fit([*prepared, bare], np.array([0, 1, 1]), seed=1)


def test_patients_who_choose_the_epoch_shape_no_column_and_no_weight() -> None:
    rng = np.random.default_rng(0)
    fitting = FittingSettings(epochs=1, batch_size=8, choose_epoch="best_tuning")
    quick = settings(fitting=fitting)
    prepared = [patient(rng, 40.0 + n, 40.0) for n in range(8)]
    labels = np.tile([0, 1], 4)
    apart = held_apart(labels, quick, 1)
    assert apart.sum() == 2
    odd = [patient(rng, 90.0, 1e5) if apart[n] else p for n, p in enumerate(prepared)]
    plain, other = (ImageNetworkRecipe(quick).fit(some, labels, 1) for some in (prepared, odd))
    assert other.state == plain.state
    for name, tensor in plain.network.state_dict().items():
        assert torch.equal(tensor, other.network.state_dict()[name])


def test_a_case_is_explained_with_its_own_clinical_values(ball_case: Case) -> None:
    case = Case(
        case_id="P1",
        images=ball_case.images,
        roi=ball_case.roi,
        clinical=ClinicalRecord(values={"age_years": 71, "afp_ng_per_ml": 12.0}),
    )
    chosen = settings()
    recipe = ImageNetworkRecipe(chosen)
    prepared = recipe.prepare(case)
    assert dict(prepared.clinical) == {"age_years": 71, "afp_ng_per_ml": 12.0}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = build_branch_network(chosen).eval()
    # Both image outputs pass their rectifier, so that the image has a say.
    network.image_norm[0].bias.data += 5.0
    other = PreparedPatches(
        patches=prepared.patches, plans=prepared.plans, clinical={"age_years": 40}
    )
    columns = recipe.fit([prepared, other] * 2, np.array([0, 1] * 2), seed=1).state
    branch = ImageNetworkBranch(chosen, network, "cpu", columns)
    result = branch.predict(case)
    assert result.logit == pytest.approx(branch.logits([prepared])[0])
    assert result.logit != pytest.approx(branch.logits([other])[0], abs=1e-6)
    saliency = result.saliency[chosen.sequence]
    assert saliency.method.startswith("Grad-CAM")
    assert saliency.volume.voxels.max() > 0.5
