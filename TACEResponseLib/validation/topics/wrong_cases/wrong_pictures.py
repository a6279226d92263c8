"""Pictures of the most confident wrong cases: slices, outline, attention map."""

from collections.abc import Sequence

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.writing.drafts import scratch_folder
from TACEResponseLib.cohort.loading import load_case
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.validation.study.judged import without_course
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.wrong_cases.wrong_cases import wrong_cases

MOST_PICTURES = 4


def wrong_pictures(
    study: Study, bundle: str, patients: Sequence[CohortPatient], *, device: str, progress: Progress
) -> dict[str, bytes]:
    """PNG by case id; patients without images have none.

    Args:
        study: its first model is the bundle's.
        bundle: name or path.
        patients: in any order.
        device: of networks.
        progress: told each case.
    """
    from TACEResponseLib.bundle.reading import load_bundle
    from TACEResponseLib.output.pictures.overview import draw_overview
    from TACEResponseLib.scoring import score

    by_id = {p.case_id: p for p in patients if p.images}
    wrong = [w for w in wrong_cases(study, study.models[0]) if w.case_id in by_id][:MOST_PICTURES]
    if not wrong:
        return {}
    loaded = load_bundle(bundle, device=device)
    pictures = {}
    with scratch_folder() as folder:
        for case in wrong:
            progress(f"picture of {case.case_id}")
            path = folder / "case.png"
            try:
                read = load_case(without_course(by_id[case.case_id]), loaded.metadata.sequences)
                draw_overview(read, score(read, loaded), path)
            except InputError:
                continue
            pictures[case.case_id] = path.read_bytes()
    return pictures
