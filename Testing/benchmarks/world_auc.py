"""What a model reaches in the second world, against the best possible.

    python Testing/benchmarks/world_auc.py --patients 114

Two models: the shipped bundle, trained in the first world, and a ridge regression of the law's
log-odds on the 107 features of `world_against_real.py`, by ten folds, which stands for what
radiomics can see at all. AUCs are free of the chance in responses: each pair of patients counts as
often as the law says that the one responds and the other does not. Patients are boxes round the
largest lesion. What is made is kept, so that a run that was stopped goes on.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from judge_demo_bundle import expected_auc
from numpy.typing import NDArray
from world_against_real import JUDGING_SEED, features_by_patient

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle import Bundle, load_bundle
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice
from TACEResponseLib.patient.case import Case
from TACEResponseLib.scoring import score
from TACEResponseLib.simulation.world2.patient import lesion_windows
from TACEResponseLib.simulation.world2.settings import World2Settings
from TACEResponseLib.simulation.world2.truth import simulate_world2_truth

MARGIN_MM = 45.0
BOOTSTRAPS, BOOTSTRAP_SEED = 2000, 1


def outputs_of(bundle: Bundle, index: int) -> dict[str, float]:
    """True probability and the bundle's outputs of one patient."""
    settings = World2Settings()
    truth = simulate_world2_truth(settings, JUDGING_SEED, index)
    volume, mask = next(iter(lesion_windows(settings, JUDGING_SEED, index, MARGIN_MM)))
    roi = Roi(
        labels=mask.astype(np.uint8),
        geometry=volume.geometry,
        names=((1, "Tumor"),),
        source="simulated ROI",
    )
    case = Case(
        case_id=truth.case_id,
        images={ImageSequence.CT_ARTERIAL: volume},
        roi=roi,
        roi_choice=RoiChoice(is_large_meant=True),
        clinical=truth.clinical,
    )
    prediction = score(case, bundle)
    return {
        "true": truth.probability,
        "fused": prediction.fused.probability,
        **{branch.name: branch.probability for branch in prediction.branches},
    }


def ridge_scores(patients: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """True probability, and the log-odds that a ridge regression gives patients it has not seen."""
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer

    settings = World2Settings()
    made = features_by_patient(settings, patients, JUDGING_SEED, Path("build/world_against_real"))
    seen = [index for index, rows in enumerate(made) if rows]
    features = np.array([list(made[index][0].values()) for index in seen])
    truths = [simulate_world2_truth(settings, JUDGING_SEED, index) for index in seen]
    true = np.array([truth.probability for truth in truths])
    model = make_pipeline(
        QuantileTransformer(n_quantiles=50, output_distribution="normal"),
        RidgeCV(alphas=np.logspace(0, 4, 13)),
    )
    folds = KFold(10, shuffle=True, random_state=0)
    scores = cross_val_predict(model, features, np.log(true / (1 - true)), cv=folds)
    return true, np.asarray(scores)


def line(name: str, true: NDArray[np.float64], scores: NDArray[np.float64]) -> str:
    """An AUC with its interval by a bootstrap over patients."""
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    rows = [rng.integers(0, true.size, true.size) for _ in range(BOOTSTRAPS)]
    low, high = np.percentile([expected_auc(true[r], scores[r]) for r in rows], (2.5, 97.5))
    return f"{name:24s} {expected_auc(true, scores):.3f} ({low:.3f} to {high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", default="ct-radiomics-cnn-simulated")
    parser.add_argument("--patients", type=int, default=114, help="whom the bundle scores")
    parser.add_argument("--features", type=int, default=114, help="patients of the regression")
    parser.add_argument("--cache", type=Path, default=Path("build/world_auc"))
    options = parser.parse_args()
    folder = options.cache / options.bundle
    folder.mkdir(parents=True, exist_ok=True)
    bundle, rows = load_bundle(options.bundle), []
    for index in range(options.patients):
        kept = folder / f"{index}.json"
        if not kept.exists():
            kept.write_text(json.dumps(outputs_of(bundle, index)))
        rows.append(json.loads(kept.read_text()))
    true = np.array([row["true"] for row in rows])
    scores = {"best possible": true}
    scores |= {
        f"shipped, {name}": np.array([row[name] for row in rows])
        for name in rows[0]
        if name != "true"
    }
    lines = [line(name, true, s) for name, s in scores.items()]
    lines.append(line("ridge on features", *ridge_scores(options.features)))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
