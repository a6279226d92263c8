"""Fixtures that every test may use."""

import os

# Two test processes of one thread beat two of two; must be set before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import Endpoint, ImageSequence
from TACEResponseLib.basics.vocabulary import OPTIONS, speak
from TACEResponseLib.evidence.branch import (
    BranchResult,
    FeatureContribution,
    PatchOutput,
    SaliencyMap,
)
from TACEResponseLib.fusion.answers import AnswerCounts, CaseAnswer
from TACEResponseLib.fusion.fused import FusedProbability, FusionTerm
from TACEResponseLib.fusion.model_range import ModelRange
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.contour_range import ContourOutcome, ContourRange
from TACEResponseLib.result.prediction import Prediction
from Testing.in_process import stay_in_process


def pytest_configure() -> None:
    """Messages, and signals of processes that a test starts, are those of a terminal.

    In the background, or under nohup, these are ignored, and every child inherits that.
    """
    speak(OPTIONS)
    for name in ("SIGINT", "SIGHUP", "SIGQUIT", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what came of hostile input (Testing/hardening)."""
    rows: dict[str, Counter[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, counts in report.user_properties:
                    if name == "outcomes":
                        test = report.nodeid.split("[")[0]
                        rows.setdefault(test, Counter()).update(counts)
    if rows:
        terminalreporter.section("outcomes of hostile input")
        for test, counts in sorted(rows.items()):
            counts_text = ", ".join(f"{n} {outcome}" for outcome, n in sorted(counts.items()))
            terminalreporter.line(f"{sum(counts.values()):7} tries: {counts_text}  ({test})")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other process starts."""
    stay_in_process(monkeypatch)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real images beside the project; absent on most machines."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real images is not beside the project")
    return folder


@pytest.fixture(scope="session")
def ball_geometry() -> Geometry:
    """A small axial CT grid away from the origin."""
    return Geometry(
        size_ijk=(48, 40, 16),
        spacing_mm=(2.0, 2.0, 4.0),
        origin_lps=(-60.0, -35.0, 110.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )


@pytest.fixture(scope="session")
def ball_case(ball_geometry: Geometry) -> Case:
    """Air, a body of 60 HU, and a bright ball of 24 mm diameter as tumor; a second of 14 mm."""
    k, j, i = np.indices(ball_geometry.shape_kji)
    position = ball_geometry.to_lps(np.stack([i, j, k], axis=-1))
    body = np.hypot(i - 24, (j - 20) * 1.2) < 20
    noise = np.random.default_rng(3).normal(0, 6, ball_geometry.shape_kji)
    hu = np.where(body, 60.0, -1000.0) + noise
    labels = np.zeros(ball_geometry.shape_kji, dtype=np.uint8)
    for label, (center, radius) in enumerate([((-4, 8, 142), 12), ((-32, 2, 142), 7)], start=1):
        ball = np.linalg.norm(position - np.array(center), axis=-1) < radius
        labels[ball] = label
        hu[ball] += 60
    image = Volume(
        voxels=hu.round().astype(np.int16),
        geometry=ball_geometry,
        source="ball.nii.gz",
        acquisition=Acquisition(modality="CT", description="arterial phase", has_contrast=True),
    )
    roi = Roi(
        labels=labels,
        geometry=ball_geometry,
        names=((1, "Tumor"), (2, "Satellite")),
        source="tumor.nii.gz",
    )
    return Case(case_id="P001", images={ImageSequence.CT_ARTERIAL: image}, roi=roi)


@pytest.fixture(scope="session")
def make_prediction() -> Callable[..., Prediction]:
    """Builds a prediction by hand, so that tests of outputs need no bundle."""
    return build_prediction


@pytest.fixture(scope="session")
def made_contours() -> ContourRange:
    """A range over four contours and one that the model refused, made by hand."""
    made = [
        ("grown", 1.0, 0.93, 0.47),
        ("shrunk", 2.0, 0.80, 0.63),
        ("shifted", 0.5, 0.97, 0.57),
        ("deformed", 0.85, 0.85, 0.52),
        ("deformed", 0.9, 0.9, None),
    ]
    return ContourRange(
        low=0.48,
        high=0.62,
        as_drawn=0.58,
        reader_dice=0.85,
        is_reader_dice_measured=False,
        outcomes=tuple(
            ContourOutcome(
                kind=kind, amount=amount, dice=dice, probability=p, is_changed=bool(p and p < 0.55)
            )
            for kind, amount, dice, p in made
        ),
        sentence="Between 48 % and 62 % over 4 plausible contours (Dice .80 to .97).",
        warning=CaseWarning(code="contour_changes_answer", message="The answer depends on it."),
    )


def build_prediction(case: Case, *, with_saliency: bool = True, p: float = 0.58) -> Prediction:
    """A prediction with two branches, warnings and, if wanted, a saliency map."""
    image = case.images[ImageSequence.CT_ARTERIAL]
    mask = case.mask(ImageSequence.CT_ARTERIAL, 1)
    heat = np.where(mask, 0.8, 0.0).astype(np.float32)
    slices = np.flatnonzero(mask.any(axis=(1, 2)))
    middle = int(slices[slices.size // 2])
    saliency = SaliencyMap(
        volume=Volume(voxels=heat, geometry=image.geometry),
        method="Grad-CAM",
        scored_slices=(middle - 1, middle + 1),
        interpolated_slices=(middle,),
    )
    return _fused_by_hand(case, _network(saliency if with_saliency else None, middle), p)


def _network(saliency: SaliencyMap | None, middle: int) -> BranchResult:
    """What a network says of one slice."""
    return BranchResult(
        name="cnn",
        kind="image_network",
        probability=0.6,
        logit=0.405,
        lesions=(1,),
        class_probabilities=(("non_responder", 0.4), ("responder", 0.6)),
        patches=(
            PatchOutput(
                slice_index=middle,
                slice_z_mm=142.0,
                class_probabilities=(0.4, 0.6),
                probability=0.6,
            ),
        ),
        saliency={ImageSequence.CT_ARTERIAL: saliency} if saliency else {},
        seconds={"network": 0.1},
    )


def _radiomics() -> BranchResult:
    """What two features say."""
    return BranchResult(
        name="radiomics",
        kind="radiomics",
        probability=0.55,
        logit=0.2,
        lesions=(1,),
        features=(
            FeatureContribution(
                name="original_firstorder_Mean",
                value=118.25,
                z_score=1.5,
                contribution=0.3,
                ibsi_code="Q4LE",
            ),
            FeatureContribution(
                name="original_shape_Sphericity",
                value=0.9,
                z_score=-0.5,
                contribution=None,
                ibsi_code=None,
            ),
        ),
        seconds={"radiomics": 0.2},
    )


def _fused_by_hand(case: Case, network: BranchResult, p: float) -> Prediction:
    """All together, around a probability."""
    fused = FusedProbability(
        probability=p,
        model_range=ModelRange(
            low=max(p - 0.17, 0.0),
            high=min(p + 0.16, 1.0),
            n_refits=30,
            similar_patients=31.0,
            method="90 % of what another draw of training patients would give",
        ),
        venn_abers=(max(p - 0.03, 0.0), min(p + 0.04, 1.0)),
        answer=CaseAnswer(
            answer="positive",
            p_positive=0.6,
            p_negative=0.08,
            counts=AnswerCounts(
                positive=30, positive_right=20, negative=12, negative_right=8, cannot_tell=54
            ),
        ),
        threshold=0.55,
        threshold_set_on="out-of-fold outputs of the training cohort",
        terms=(FusionTerm(name="cnn", value=0.405, coefficient=0.8, contribution=0.3),),
    )
    return Prediction(
        case_id=case.case_id,
        bundle_id="by-hand",
        bundle_sha256="0" * 64,
        endpoint=Endpoint.OBJECTIVE_RESPONSE,
        positive_class="responder",
        fused=fused,
        class_probabilities={"responder": p, "not responder": 1 - p},
        branches=(network, _radiomics()),
        lesions=case.lesions,
        clinical={"albumin_g_per_l": 38.0},
        derived_scores={},
        sentence="Estimated probability of objective response: 58 %. Research use only.",
        answer_sentence="Can't tell whether it will be response or no response.",
        call_sentence="No call: the range crosses the model's cut-off of 55 %.",
        simulated_banner="This model was trained on simulated patients.",
        warnings=(CaseWarning(code="phase_unverified", message="The phase can't be verified."),),
        provenance={"versions": {"taceresponse": "0"}},
        seconds={"fusion": 0.01},
    )
