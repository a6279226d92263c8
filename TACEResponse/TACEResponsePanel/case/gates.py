"""What still keeps a case from being scored, in words; nothing here knows a widget."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import isfinite
from typing import Any

from slicer.i18n import tr as _

from TACEResponseLib.basics.reading.strict_numbers import read_number
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.phase_guess import contradiction
from TACEResponsePanel.process.segment_reader import gridNumbers
from TACEResponsePanel.sections.choices import meantChoice

AGE_TOLERANCE_YEARS = 1
LONGEST_ID = 64
# Source: Hounsfield, Br J Radiol 1973, 46:1016: the first patient was scanned on that day.
FIRST_CT = date(1971, 10, 1)
LONGEST_PLAN = timedelta(days=366)
SEX_WORDS = {"M": "male", "F": "female"}


def missing(desk: Desk) -> list[str]:
    """Everything that is missing or wrong, in the order of the sections."""
    if desk.parameters is None:
        return [_("No case is open.")]
    return [
        *missingId(desk),
        *missingModel(desk),
        *missingImages(desk),
        *missingLesion(desk),
        *missingClinical(desk),
    ]


def missingId(desk: Desk) -> list[str]:
    """A study number that can name files, and is no patient's name."""
    from TACEResponseLib.basics.errors import InputError
    from TACEResponseLib.basics.ids import check_id

    name = desk.case.caseId.strip()
    try:
        if name:
            check_id(name, _("Case"))
    except InputError as error:
        # As it was typed: escapes for accented letters tell nobody anything.
        got = repr(name) if len(name) <= LONGEST_ID else error.got
        return [f"{error.where}: {error.rule}, got {got}; {error.remedy}."]
    return []


def missingModel(desk: Desk) -> list[str]:
    """A model that can be used."""
    if desk.model is None:
        return [_("Choose a model.")]
    return []


def missingImages(desk: Desk) -> list[str]:
    """An image a sequence, of the right kind, its phase confirmed, before treatment."""
    problems = [desk.question] if desk.question else []
    for sequence, words in desk.sequences().items():
        image = desk.image(sequence)
        if image is None:
            problems.append(_("Choose the image: {phase}.").format(phase=words))
            continue
        if unfit := imageProblem(image, sequence):
            problems.append(unfit)
        elif not desk.isConfirmed(sequence):
            problems.append(_("Look at the image and tick its phase: {phase}.").format(phase=words))
    return [*problems, *_context(desk)]


def imageProblem(image: Any, sequence: str) -> str:
    """Why a volume node can't be this sequence; empty if it can."""
    name = image.GetName()
    if image.IsA("vtkMRMLLabelMapVolumeNode"):
        return _("{name} is a label map, not an image; choose the image.").format(name=name)
    if image.IsA("vtkMRMLVectorVolumeNode"):
        return _("{name} is a color image; choose a CT or MR volume.").format(name=name)
    if image.GetImageData() is None or image.GetImageData().GetNumberOfPoints() == 0:
        return _("{name} holds no voxels; load the image again.").format(name=name)
    if _isFrame(image):
        return _(
            "{name} is one frame of a 4D sequence; export the frame that you want as a volume."
        ).format(name=name)
    transform = image.GetParentTransformNode()
    if transform is not None and not transform.IsTransformToWorldLinear():
        return _(
            "{name} lies under a non-linear transform; harden it in the Transforms module."
        ).format(name=name)
    if not all(map(isfinite, gridNumbers(image))):
        return _("{name} has a position or spacing that is no number; load it again.").format(
            name=name
        )
    against = contradiction(image, sequence)
    if against in ("CT", "MR"):
        return _("{name} is {modality}; the model reads another kind of image.").format(
            name=name, modality=against
        )
    return ""


def _isFrame(image: Any) -> bool:
    """Whether a volume shows the frame of a sequence that a browser plays."""
    scene = image.GetScene()
    count = scene.GetNumberOfNodesByClass("vtkMRMLSequenceBrowserNode")
    browsers = [scene.GetNthNodeByClass(n, "vtkMRMLSequenceBrowserNode") for n in range(count)]
    return any(browser.IsProxyNodeID(image.GetID()) for browser in browsers)


def _context(desk: Desk) -> Iterator[str]:
    """Dates that are dates, and an image from before treatment."""
    answers = desk.context()
    days: dict[str, date | None] = {}
    for key, stated, words in (
        ("image", answers.image_date, _("Date of the image")),
        ("treatment", answers.treatment_date, _("Date of treatment")),
    ):
        try:
            day = days[key] = date.fromisoformat(stated) if stated else None
        except ValueError:
            yield _("{what}: write it like 2026-03-31.").format(what=words)
            return
        if day and day < FIRST_CT:
            yield _("{what}: {day} lies before the first CT of all; correct it.").format(
                what=words, day=stated
            )
            return
    image, treatment = days["image"], days["treatment"]
    if image and treatment and image > treatment:
        yield _(
            "The image was taken after treatment; the model reads images from before it. "
            "No number is given."
        )
    if image and image > date.today():
        yield _("The date of the image lies in the future; correct it.")
    if treatment and treatment > date.today() + LONGEST_PLAN:
        yield _("The date of treatment lies more than a year ahead; correct it.")
    isFirstOnly = desk.model is not None and desk.model.limits.first_treatment_only
    if isFirstOnly and answers.is_first_treatment is False:
        yield _(
            "The patient was treated before; this model knows untreated livers only. "
            "No number is given."
        )


def missingLesion(desk: Desk) -> list[str]:
    """At least one segment with something in it, and no liver by mistake."""
    segmentation = desk.case.segmentation
    if segmentation is None:
        return [_("Choose, draw or load the lesion.")]
    chosen = desk.lesionSegments()
    if not chosen:
        return [_("Tick the segment that is the lesion.")]
    content = segmentation.GetSegmentation()
    names = [content.GetSegment(segmentId).GetName() for segmentId in chosen]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        return [_("Two chosen segments are called {name}; rename one.").format(name=twice[0])]
    if desk.lesionProblem:
        return [desk.lesionProblem]
    if desk.isLesionLarge and not desk.isLargeLesionMeant():
        volume = sum(lesion.volume_ml for lesion in desk.lesions if not lesion.is_speck)
        return [
            _(
                "The lesion holds {volume:.0f} mL, more than most tumors: tick the tumor alone, or "
                "say that all of it is tumor."
            ).format(volume=volume)
        ]
    return []


def missingClinical(desk: Desk) -> list[str]:
    """Required values, in range, that don't contradict each other or DICOM."""
    if desk.model is None:
        return []
    texts = desk.texts()
    labels = {variable.name: variable.label for variable in desk.model.clinical}
    absent = [v.label for v in desk.model.clinical if v.required and not texts.get(v.name)]
    lines = []
    if absent:
        lines.append(_("Fill in: {names}.").format(names=", ".join(absent)))
    for name, problem in desk.clinicalProblems.items():
        if name in labels:
            lines.append(f"{labels[name]}: {problem}.")
    if desk.clinicalContradiction:
        lines.append(f"{desk.clinicalContradiction}.")
    return [*lines, *dicomContradictions(desk)]


def dicomContradictions(desk: Desk) -> list[str]:
    """Age or sex that differ from DICOM's, until the user has settled it."""
    texts = desk.texts()
    contradictions = []
    for facts in desk.facts():
        age, word = texts.get("age_years", ""), texts.get("sex", "")
        isAgeSettled, isSexSettled = desk.isSettled("age_years", age), desk.isSettled("sex", word)
        sex = _meantSex(desk, word)
        if facts.age is not None and _differs(age, facts.age) and not isAgeSettled:
            contradictions.append(
                _(
                    "Age {typed} is typed, DICOM says {stated}; correct it or say it is right."
                ).format(typed=age, stated=facts.age)
            )
        if facts.sex and sex in SEX_WORDS and sex != facts.sex and not isSexSettled:
            contradictions.append(
                _(
                    "Sex {typed} is chosen, DICOM says {stated}; correct it or say it is right."
                ).format(typed=SEX_WORDS[sex], stated=SEX_WORDS[facts.sex])
            )
    return list(dict.fromkeys(contradictions))


def _meantSex(desk: Desk, text: str) -> str:
    """The code that a scene's word is scored as."""
    variables = desk.model.clinical if desk.model else ()
    return next((meantChoice(v, text) for v in variables if v.name == "sex"), text)


def _differs(text: str, stated: int) -> bool:
    """Whether a typed age is another than DICOM's; what is no number has its own message."""
    try:
        return abs(read_number(text.strip()) - stated) > AGE_TOLERANCE_YEARS
    except ValueError:
        return False
