"""What the background process does on request; each job takes a request and gives its answer."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.reading.typed_values import typed
from TACEResponseLib.basics.subject import Subject, SubjectKind
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle import Bundle, load_bundle
from TACEResponseLib.bundle.finding import find_bundle, installed_bundles
from TACEResponseLib.bundle.model_words import describe_model
from TACEResponseLib.bundle.reading import read_identity
from TACEResponseLib.imaging.files.segment_parts import SegmentPart, roi_from_parts
from TACEResponseLib.imaging.roi.lesions import find_lesions
from TACEResponseLib.imaging.roi.roi_choice import PANEL, RoiChoice
from TACEResponseLib.imaging.roi.roi_size import check_roi_size
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.context import read_context
from TACEResponseLib.patient.form import check_form, form_record
from TACEResponseLib.result.digest import result_digest
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import record_json, to_record
from TACEResponseLib.worker.answers import (
    Answer,
    BrokenModel,
    CheckedForm,
    Forgotten,
    Measured,
    MeasuredLesion,
    Model,
    ModelList,
    Refusal,
    Remark,
    Reported,
    SavedMap,
    Scored,
    TakenOver,
    Warmed,
)
from TACEResponseLib.worker.exchange import (
    cut_to_content,
    geometry_of,
    read_array,
    read_volume,
    write_volume,
)
from TACEResponseLib.worker.requests import (
    CheckForm,
    Forget,
    ListModels,
    Measure,
    Report,
    Score,
    TakeImage,
    Warm,
)
from TACEResponseLib.worker.shapes import Form, HandedSegment

Device = Literal["auto", "cpu", "cuda"]
Job = Callable[[Any, Progress], Answer]
"""Takes its own kind of request."""
# The panel knows how segmentation and segments are called; this process needn't.
ROI_WORDS = "segmentation"


@dataclass(slots=True, kw_only=True)
class Jobs:
    """The jobs, and what is kept warm between them."""

    device: Device = "auto"
    _bundles: dict[str, Bundle] = field(default_factory=dict)
    """The model in use alone, by path."""
    _images: dict[str, Volume] = field(default_factory=dict)
    """Images of the case in use, by the token that the panel gave them."""
    _last: "_Result | None" = None
    """For the report."""

    def named(self) -> dict[str, Job]:
        """Every job by the name that a request says."""
        return {
            "models": self.models,
            "warm": self.warm,
            "check_clinical": self.check_clinical,
            "measure": self.measure,
            "image": self.image,
            "score": self.score,
            "report": self.report,
            "forget": self.forget,
        }

    def models(self, request: ListModels, tell: Progress) -> ModelList:
        """Describe the installed models and those at `paths`; a damaged one says what is wrong."""
        tell("looking for models")
        described = [_described(path) for path in (*installed_bundles(), *map(Path, request.paths))]
        return ModelList(
            models=tuple(model for model in described if isinstance(model, Model)),
            broken=tuple(model for model in described if isinstance(model, BrokenModel)),
        )

    def warm(self, request: Warm, tell: Progress) -> Warmed:
        """Load a model, so that the first score needn't."""
        bundle, seconds = self._bundle(request.model, tell)
        from TACEResponseLib.result.provenance import package_versions

        return Warmed(
            card=bundle.card,
            sha256=bundle.sha256,
            device=self._device(),
            versions=package_versions(),
            seconds=seconds,
        )

    def check_clinical(self, request: CheckForm, _tell: Progress) -> CheckedForm:
        """Read the form's texts: SI values, problems, derived scores."""
        return typed(CheckedForm, check_form(_fields(request.form), request.names))

    def measure(self, request: Measure, _tell: Progress) -> Measured:
        """Number and measure the lesions of the chosen segments."""
        roi, warnings = roi_from_parts(_parts(request.segments), (), ROI_WORDS)
        lesions, _ = find_lesions(roi)
        large = check_roi_size(lesions, roi.place, is_meant=True, remedy=PANEL.large)
        return Measured(
            lesions=tuple(MeasuredLesion(**asdict(lesion)) for lesion in lesions),
            is_large=bool(large),
            warnings=tuple(Remark(**asdict(warning)) for warning in warnings),
        )

    def image(self, request: TakeImage, tell: Progress) -> TakenOver:
        """Take over an image; it is kept until another takes its sequence's place."""
        sequence = _sequence(request.sequence)
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
        bundle, loading = self._bundle(request.model, tell)
        prediction = score(case, bundle, tell)
        seconds = {"model": loading, "checks": checks, **prediction.seconds}
        prediction = replace(prediction, seconds=seconds)
        digest = result_digest(to_record(prediction))
        self._last = _Result(case=case, prediction=prediction, digest=digest)
        return Scored(
            record=record_json(prediction),
            digest=digest,
            maps=_write_maps(prediction, Path(request.folder)),
        )

    def report(self, request: Report, tell: Progress) -> Reported:
        """Write the last result as the command line does, and a page that is read by itself.

        The request says which result it wants: two cases may have one name.
        """
        from TACEResponseLib.output.case_report import CaseHistory, HistoryEntry, write_case_report

        case, prediction = self._kept(request)
        history = CaseHistory(tuple(HistoryEntry(**asdict(past)) for past in request.history))
        files = write_case_report(
            case,
            prediction,
            Path(request.folder),
            history=history,
            identity=request.identity,
            overwrite=request.overwrite,
            progress=tell,
        )
        return Reported(files=tuple(map(str, files)))

    def _kept(self, request: Report) -> tuple[Case, Prediction]:
        """The kept result, if it is the one that a report is asked for."""
        last = self._last
        named = (request.case_id, request.digest)
        if last is None or (last.prediction.case_id, last.digest) != named:
            raise InputError(
                Subject(SubjectKind.REPORT),
                "needs the result that was scored last in this session",
                got="none" if last is None else "another one",
                remedy="press Score, then Report",
            )
        return last.case, last.prediction

    def forget(self, _request: Forget, _tell: Progress) -> Forgotten:
        """Drop images and result of a case that is closed."""
        self._images.clear()
        self._last = None
        return Forgotten()

    def _bundle(self, model: str, tell: Progress) -> tuple[Bundle, float]:
        """A loaded model and the seconds that took; the one before it is dropped.

        A model that was changed or removed on disk since is found out by its checksums.
        """
        path = find_bundle(model)
        stamp = f"{path}@{_stamp(path)}"
        if stamp in self._bundles:
            return self._bundles[stamp], 0.0
        tell("loading the model")
        start = perf_counter()
        bundle = load_bundle(path, device=self._device())
        self._bundles = {stamp: bundle}
        return bundle, perf_counter() - start

    def _device(self) -> str:
        from TACEResponseLib.basics.process.device import choose_device

        return choose_device(self.device)

    def _case(self, request: Score) -> Case:
        images = {
            _sequence(name): self._image(name, token) for name, token in request.images.items()
        }
        grids = [volume.geometry for volume in images.values()]
        roi, warnings = roi_from_parts(_parts(request.segments), grids, ROI_WORDS)
        return Case(
            case_id=request.case_id,
            images=images,
            roi=roi,
            clinical=form_record(_fields(request.form)),
            context=read_context(asdict(request.context)),
            roi_choice=RoiChoice(is_large_meant=request.large_roi, words=PANEL),
            reading_warnings=warnings,
        )

    def _image(self, sequence: str, token: str) -> Volume:
        if token not in self._images:
            raise InputError(
                Subject(SubjectKind.IMAGE, sequence, text=sequence),
                "must have been handed over before scoring",
                got="nothing",
                remedy="score again",
            )
        return self._images[token]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """The last scoring."""

    case: Case
    prediction: Prediction
    digest: str
    """Names it; two cases may both be called "case"."""


def _sequence(name: str) -> ImageSequence:
    """A sequence by its name."""
    if name not in set(ImageSequence):
        raise InputError(
            Subject(SubjectKind.HANDOVER, text="sequence"),
            f"must be one of {', '.join(ImageSequence)}",
            got=repr(name)[:40],
            remedy="choose a model that reads such images",
        )
    return ImageSequence(name)


def _fields(form: Form) -> dict[str, dict[str, str]]:
    """A form as its checks take it."""
    return {name: {"text": field.text, "unit": field.unit} for name, field in form.items()}


def _parts(segments: Sequence[HandedSegment]) -> list[SegmentPart]:
    """Segments from the files that the panel wrote."""
    parts = []
    for number, part in enumerate(segments, start=1):
        geometry = geometry_of(part.geometry)
        mask = read_array(Path(part.path), geometry.shape_kji) > 0
        parts.append(SegmentPart(name=str(number), mask=mask, geometry=geometry))
    return parts


def _described(path: Path) -> Model | BrokenModel:
    """A model in words, or why it can't be used."""
    try:
        metadata, sha256 = read_identity(path)
    except InputError as error:
        return BrokenModel(path=str(path), id=path.name, problem=Refusal.of(error))
    return typed(Model, {"path": str(path), "sha256": sha256, **describe_model(metadata)})


def _stamp(path: Path) -> str:
    """Changes when a file of the bundle does."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return ",".join(f"{p.stat().st_mtime_ns}:{p.stat().st_size}" for p in files)


def _write_maps(prediction: Prediction, folder: Path) -> tuple[SavedMap, ...]:
    """Every saliency map as a file."""
    maps = []
    for branch in prediction.branches:
        for sequence, saliency in branch.saliency.items():
            path = folder / f"saliency_{branch.name}_{sequence}.npy"
            image = write_volume(cut_to_content(saliency.volume), path)
            maps.append(SavedMap(branch=branch.name, sequence=sequence.value, image=image))
    return tuple(maps)
