"""What a request to the background process must hold, checked before any job looks at it."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.setting_words import setting_rule

REMEDY = "update the extension and restart Slicer"
Three = Annotated[list[float], Field(min_length=3, max_length=3)]
Said = str | bool | int | float | None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class _Grid(_Strict):
    """As `exchange.geometry_values` writes it."""

    size_ijk: Annotated[
        list[Annotated[int, Field(ge=1, lt=2**31)]], Field(min_length=3, max_length=3)
    ]
    spacing_mm: Three
    origin_lps: Three
    direction_lps: Annotated[list[float], Field(min_length=9, max_length=9)]


class _Image(_Strict):
    """As `exchange.volume_values` writes it."""

    path: str
    geometry: _Grid
    acquisition: dict[str, Said]


class _Segment(_Strict):
    path: str
    geometry: _Grid


class _Typed(_Strict):
    text: str
    unit: str = ""


class _Scored(_Strict):
    """One entry of a case's history."""

    time: str
    volume_ml: float
    probability: Annotated[float, Field(ge=0, le=1)]
    interval: Annotated[list[float], Field(min_length=2, max_length=2)]
    model: str


class Forget(_Strict):
    """Of `forget`, which says nothing more."""

    id: int
    do: str


class Models(Forget):
    """Of `models`."""

    paths: list[str] = []


class Warm(Forget):
    """Of `warm`."""

    model: str


class CheckClinical(Forget):
    """Of `check_clinical`."""

    form: dict[str, _Typed]
    names: list[str] = []


class Measure(Forget):
    """Of `measure`."""

    segments: list[_Segment]


class TakeImage(Forget):
    """Of `image`."""

    sequence: str
    token: str
    image: _Image


class Score(Forget):
    """Of `score`."""

    model: str
    case_id: str
    images: dict[str, str]
    segments: list[_Segment]
    folder: str
    form: dict[str, _Typed] = {}
    context: dict[str, Said] = {}
    large_roi: bool = False


class Report(Forget):
    """Of `report`."""

    case_id: str
    digest: str
    folder: str
    history: list[_Scored] = []
    identity: str | None = None
    overwrite: bool = False


REQUESTS: Mapping[str, type[Forget]] = {
    "models": Models,
    "warm": Warm,
    "check_clinical": CheckClinical,
    "measure": Measure,
    "image": TakeImage,
    "score": Score,
    "report": Report,
    "forget": Forget,
}


def check_request(request: Mapping[str, Any]) -> None:
    """Refuse a request that lacks something or holds what its job can't read.

    Raises: InputError: the job is unknown, a key is missing or strange, a value has another type.
    """
    name = request["do"]
    if name not in REQUESTS:
        raise InputError(
            "request",
            f"must name one of the jobs {', '.join(REQUESTS)}",
            got=repr(name)[:40],
            remedy=REMEDY,
        )
    try:
        REQUESTS[name].model_validate(request)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"])
        raise InputError(
            f"request {name}",
            f"{place}: {setting_rule(first)}",
            got=type(first["input"]).__name__,
            remedy=REMEDY,
        ) from error
