"""What the panel may ask of its background process, each request with the answer that it gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from TACEResponseLib.worker.answers import (
    Answer,
    CheckedForm,
    ContoursScored,
    Forgotten,
    Measured,
    ModelList,
    Reported,
    Scored,
    TakenOver,
    Warmed,
)
from TACEResponseLib.worker.shapes import Form, HandedImage, HandedSegment, PastScore, Said

A = TypeVar("A", bound=Answer, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Request(Generic[A]):
    """Whatever can be asked."""

    do: ClassVar[str]
    answer: ClassVar[type[Answer]] = Answer


@dataclass(frozen=True, kw_only=True)
class ListModels(Request[ModelList]):
    """Which models are there: the installed ones, and those that the user opened."""

    do, answer = "models", ModelList
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Warm(Request[Warmed]):
    """Load a model, so that the first score needn't."""

    do, answer = "warm", Warmed
    model: str


@dataclass(frozen=True, kw_only=True)
class CheckForm(Request[CheckedForm]):
    """Read a form's texts."""

    do, answer = "check_clinical", CheckedForm
    form: Form
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Measure(Request[Measured]):
    """Number and measure lesions."""

    do, answer = "measure", Measured
    segments: tuple[HandedSegment, ...]


@dataclass(frozen=True, kw_only=True)
class TakeImage(Request[TakenOver]):
    """Take over an image; it is kept until another takes its sequence's place."""

    do, answer = "image", TakenOver
    sequence: str
    token: str
    image: HandedImage


@dataclass(frozen=True, kw_only=True)
class Score(Request[Scored]):
    """Score a case."""

    do, answer = "score", Scored
    model: str
    case_id: str
    images: Mapping[str, str]
    """Tokens by sequence."""
    segments: tuple[HandedSegment, ...]
    folder: str
    """Where maps are written."""
    form: Form = field(default_factory=dict)
    context: Said = field(default_factory=Said)
    large_roi: bool = False


@dataclass(frozen=True, kw_only=True)
class ScoreContours(Request[ContoursScored]):
    """Score the last result under some more plausible contours; asked again until all are done.

    In pieces, so that whatever is more urgent comes in between: who asks no more has cancelled.
    """

    do, answer = "contours", ContoursScored
    case_id: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Report(Request[Reported]):
    """Write the result that was scored last."""

    do, answer = "report", Reported
    case_id: str
    digest: str
    folder: str
    history: tuple[PastScore, ...] = ()
    identity: str | None = None
    overwrite: bool = False


@dataclass(frozen=True, kw_only=True)
class Forget(Request[Forgotten]):
    """Drop images and result of a case that is closed."""

    do, answer = "forget", Forgotten


@dataclass(frozen=True, kw_only=True)
class Cancel(Request[Answer]):
    """End at once, whatever runs; there is no answer."""

    do = "cancel"


@dataclass(frozen=True, kw_only=True)
class Stop(Request[Answer]):
    """End; there is no answer."""

    do = "stop"


JOBS: Mapping[str, type[Request[Answer]]] = {
    kind.do: kind
    for kind in (
        ListModels,
        Warm,
        CheckForm,
        Measure,
        TakeImage,
        Score,
        ScoreContours,
        Report,
        Forget,
    )
}
REQUESTS: Mapping[str, type[Request[Answer]]] = {**JOBS, "cancel": Cancel, "stop": Stop}
