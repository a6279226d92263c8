"""What the background process does on request; each job takes a request and gives its answer."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.reading.given_paths import as_path
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.bundle.finding import installed_bundles
from TACEResponseLib.imaging.files.segment_parts import roi_from_parts
from TACEResponseLib.imaging.roi.lesions import find_lesions
from TACEResponseLib.imaging.roi.roi_choice import PANEL
from TACEResponseLib.imaging.roi.roi_size import check_roi_size
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.digest import result_digest
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import record_json, to_record
from TACEResponseLib.worker.answers import (
    Answer,
    BrokenModel,
    CheckedForm,
    ContoursScored,
    Forgotten,
    Measured,
    MeasuredLesion,
    Model,
    ModelList,
    Remark,
    Reported,
    Scored,
    TakenOver,
    Warmed,
)
from TACEResponseLib.worker.exchange import read_volume
from TACEResponseLib.worker.handed_case import (
    ROI_WORDS,
    case_of,
    checked_form,
    segment_parts,
    sequence_of,
)
from TACEResponseLib.worker.map_files import write_maps
from TACEResponseLib.worker.model_description import described
from TACEResponseLib.worker.requests import (
    CheckForm,
    Forget,
    ListModels,
    Measure,
    Report,
    Score,
    ScoreContours,
    TakeImage,
    Warm,
)
from TACEResponseLib.worker.warm_model import Device, WarmModel

if TYPE_CHECKING:
    from TACEResponseLib.contours.contour_scoring import ContourScoring

CONTOUR_SECONDS = 0.3
"""What a piece of contours takes at most, but for the contour that it ends with."""
Job = Callable[[Any, Progress], Answer]
"""Takes its own kind of request."""


@dataclass(slots=True, kw_only=True)
class Jobs:
    """The jobs, and what is kept warm between them."""

    device: Device = "auto"
    _model: WarmModel = field(init=False)
    _images: dict[str, Volume] = field(default_factory=dict)
    """Images of the case in use, by the token that the panel gave them."""
    _last: "_Result | None" = None
    """For the report, and for its contours."""
    _contours: "ContourScoring | None" = None
    """Of the last result, as far as it got."""

    def __post_init__(self) -> None:
        """Hold no model yet."""
        self._model = WarmModel(self.device)

    def named(self) -> dict[str, Job]:
        """Every job by the name that a request says."""
        return {
            "models": self.models,
            "warm": self.warm,
            "check_clinical": self.check_clinical,
            "measure": self.measure,
            "image": self.image,
            "score": self.score,
            "contours": self.contours,
            "report": self.report,
            "forget": self.forget,
        }

    def models(self, request: ListModels, tell: Progress) -> ModelList:
        """Describe the installed models and those at `paths`; a damaged one says what is wrong."""
        tell("looking for models")
        models = [described(path) for path in (*installed_bundles(), *map(Path, request.paths))]
        return ModelList(
            models=tuple(model for model in models if isinstance(model, Model)),
            broken=tuple(model for model in models if isinstance(model, BrokenModel)),
        )

    def warm(self, request: Warm, tell: Progress) -> Warmed:
        """Load a model, so that the first score needn't."""
        bundle, seconds = self._model.bundle(request.model, tell)
        from TACEResponseLib.result.provenance import package_versions

        return Warmed(
            card=bundle.card,
            sha256=bundle.sha256,
            device=self._model.device(),
            versions=package_versions(),
            seconds=seconds,
        )

    def check_clinical(self, request: CheckForm, _tell: Progress) -> CheckedForm:
        """Read the form's texts: SI values, problems, derived scores."""
        return checked_form(request)

    def measure(self, request: Measure, _tell: Progress) -> Measured:
        """Number and measure the lesions of the chosen segments."""
        roi, warnings = roi_from_parts(segment_parts(request.segments), (), ROI_WORDS)
        lesions, _ = find_lesions(roi)
        large = check_roi_size(lesions, roi.place, is_meant=True, remedy=PANEL.large)
        return Measured(
            lesions=tuple(MeasuredLesion(**asdict(lesion)) for lesion in lesions),
            is_large=bool(large),
            warnings=tuple(Remark(**asdict(warning)) for warning in warnings),
        )

    def image(self, request: TakeImage, tell: Progress) -> TakenOver:
        """Take over an image; it is kept until another takes its sequence's place."""
        sequence = sequence_of(request.sequence)
        start = perf_counter()
        tell(f"taking over {sequence}")
        volume = read_volume(request.image)
        stale = [token for token in self._images if token.startswith(f"{sequence}:")]
        for token in stale:
            del self._images[token]
        self._images[request.token] = volume
        return TakenOver(seconds=perf_counter() - start)

    def score(self, request: Score, tell: Progress) -> Scored:
        """Score a case; saliency maps go to `folder`, cut to what isn't zero."""
        from TACEResponseLib.scoring import score

        start = perf_counter()
        tell("checking the case")
        case = self._case(request)
        checks = perf_counter() - start
        bundle, loading = self._model.bundle(request.model, tell)
        prediction = score(case, bundle, tell)
        seconds = {"model": loading, "checks": checks, **prediction.seconds}
        prediction = replace(prediction, seconds=seconds)
        digest = result_digest(to_record(prediction))
        self._last = _Result(case=case, prediction=prediction, digest=digest)
        self._contours = None
        return Scored(
            record=record_json(prediction),
            digest=digest,
            maps=write_maps(prediction, Path(request.folder)),
        )

    def contours(self, request: ScoreContours, _tell: Progress) -> ContoursScored:
        """Score the last result under more plausible contours, for a moment."""
        from TACEResponseLib.contours.contour_scoring import ContourScoring, with_range

        last = self._kept(request)
        bundle = self._model.held
        if bundle is None or bundle.sha256 != last.prediction.bundle_sha256:
            raise _other_result(request, "another model is loaded")
        if self._contours is None:
            self._contours = ContourScoring(last.case, bundle, last.prediction)
        scoring = self._contours
        scoring.go_on(CONTOUR_SECONDS)
        if scoring.n_done < scoring.n:
            return ContoursScored(n_done=scoring.n_done, n=scoring.n)
        contours = scoring.range()
        # For the report; the digest stays that of the result.
        self._last = replace(last, prediction=with_range(last.prediction, contours))
        record = json.dumps(contours.to_record(), allow_nan=False)
        return ContoursScored(n_done=scoring.n_done, n=scoring.n, record=record)

    def report(self, request: Report, tell: Progress) -> Reported:
        """Write the last result as the command line does, and a page that is read by itself.

        The request says which result it wants: two cases may have one name.
        """
        from TACEResponseLib.output.case_report import CaseHistory, HistoryEntry, write_case_report

        folder = as_path(request.folder, Subject(SubjectKind.REPORT))
        last = self._kept(request)
        history = CaseHistory(tuple(HistoryEntry(**asdict(past)) for past in request.history))
        files = write_case_report(
            last.case,
            last.prediction,
            folder,
            history=history,
            identity=request.identity,
            overwrite=request.overwrite,
            progress=tell,
        )
        return Reported(files=tuple(map(str, files)))

    def _kept(self, request: Report | ScoreContours) -> "_Result":
        """The kept result, if it is the one that is asked for."""
        last = self._last
        named = (request.case_id, request.digest)
        if last is None or (last.prediction.case_id, last.digest) != named:
            raise _other_result(request, "none" if last is None else "another one")
        return last

    def forget(self, _request: Forget, _tell: Progress) -> Forgotten:
        """Drop images and result of a case that is closed."""
        self._images.clear()
        self._last = self._contours = None
        return Forgotten()

    def _case(self, request: Score) -> Case:
        images = {
            sequence_of(name): self._image(name, token) for name, token in request.images.items()
        }
        return case_of(request, images)

    def _image(self, sequence: str, token: str) -> Volume:
        if token not in self._images:
            raise InputError(
                Subject(SubjectKind.IMAGE, sequence, text=sequence),
                "must have been handed over before scoring",
                got="nothing",
                remedy="score again",
            )
        return self._images[token]


def _other_result(request: Report | ScoreContours, got: str) -> InputError:
    """What is asked for isn't kept."""
    subject, remedy = Subject(SubjectKind.HANDOVER, text=request.do), "score again"
    if isinstance(request, Report):
        subject, remedy = Subject(SubjectKind.REPORT), "press Score, then Report"
    rule = "needs the result that was scored last in this session"
    return InputError(subject, rule, got=got, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """The last scoring."""

    case: Case
    prediction: Prediction
    digest: str
    """Names it; two cases may both be called "case"."""
