"""`tace-response recalibrate`: a bundle's level or slope, set right on a user's own patients."""

import argparse
import sys

import numpy as np

from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.writing.new_output import check_output


def run(options: argparse.Namespace) -> None:
    """Score, fit the update, save the new bundle."""
    from TACEResponseLib.bundle import load_bundle, save_bundle
    from TACEResponseLib.bundle.names import bundle_id_of
    from TACEResponseLib.cohort.reading import usable_cohort
    from TACEResponseLib.evidence.image_network.inference import choose_device
    from TACEResponseLib.training.recalibrating import recalibrated
    from TACEResponseLib.validation.study.cohort_scoring import score_patients

    check_output(options.output)
    bundle_id = bundle_id_of(options.output)
    device = choose_device(options.device)
    bundle = load_bundle(options.bundle, device=device)
    endpoint = bundle.metadata.endpoint
    patients = [p for p in usable_cohort(options.cohort) if p.label(endpoint) is not None]
    with shown("recalibrating") as progress:
        scored = score_patients(
            [options.bundle], patients, device=device, jobs=options.jobs, progress=progress
        )
        used = [(p, s.scores[0]) for p, s in zip(patients, scored, strict=True) if s.scores]
        new = recalibrated(
            bundle,
            np.array([p.label(endpoint) for p, _ in used], dtype=np.int_),
            np.array([s.probability for _, s in used]),
            method=options.method,
            source="the user's own table",
            bundle_id=bundle_id,
            seed=options.seed,
        )
    saved = save_bundle(new, options.output)
    for patient in scored:
        if patient.problem:
            sys.stderr.write(f"left out: {patient.case_id} {patient.problem}\n")
    sys.stdout.write(f"{saved.card}\nSHA-256 of SHA256SUMS: {saved.sha256}\n")
