"""What the panel and its background process say to each other: typed, and in lines of JSON.

The one definition that both sides import; it needs no package, for Slicer's own Python reads it
before anything is installed. Requests and answers stand in requests.py and answers.py.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Generic, TypeVar

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.plain_text import one_line
from TACEResponseLib.basics.reading.typed_values import TypedValueError, typed
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.worker.answers import Answer, Refusal
from TACEResponseLib.worker.requests import JOBS, REQUESTS, Request

PROTOCOL = 3
LARGEST_NUMBER = 2**53
"""Of a request; what JSON's readers agree on."""
REMEDY = "update the extension and restart Slicer"
A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Generic[A]):
    """A request with its number, which each answer to it bears."""

    id: int
    request: Request[A]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The process is there; the same shape in every protocol, so that another one is noticed."""

    protocol: int
    pid: int
    version: str = ""


@dataclass(frozen=True, slots=True)
class Alive:
    """It still is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a job is at."""

    id: int
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a job."""

    id: int
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why nothing came of it."""

    id: int | None
    """`None` for a line of which nobody could say whose it was."""
    message: str
    """As the terminal would say it."""
    by_user: bool = True
    """Whether the user can mend it."""
    traceback: str = ""
    refusal: Refusal | None = None


Message = Ask[Any] | Hello | Alive | Progress | Done | Failed
KINDS: Mapping[str, type[Hello | Alive | Progress | Failed]] = {
    "hello": Hello,
    "alive": Alive,
    "progress": Progress,
    "failed": Failed,
}

_GREETING = frozenset(field.name for field in fields(Hello))


class MessageError(InputError):
    """A line that is no message of ours."""

    def __init__(self, where: str, rule: str, *, got: str, number: int | None, is_ours: bool):
        """Say what is wrong.

        Args:
            where: in the line.
            rule: that it breaks.
            got: what broke it.
            number: of the request that it is or answers; `None` where it can't be told.
            is_ours: whether it was meant as a message; else it is what some library printed.
        """
        self.number, self.is_ours = number, is_ours
        subject = Subject(SubjectKind.HANDOVER, text=where)
        super().__init__(subject, rule, got=got, remedy=REMEDY)


def to_line(message: Message) -> bytes:
    """A message as one line.

    Raises: ValueError: it holds a number that is none.
    """
    return json.dumps(_values(message), allow_nan=False).encode() + b"\n"


def _values(message: Message) -> dict[str, Any]:
    if isinstance(message, Ask):
        return {"id": message.id, "do": message.request.do, **asdict(message.request)}
    if isinstance(message, Done):
        result = asdict(message.answer)
        return {"kind": "done", "id": message.id, "do": message.answer.do, "result": result}
    kind = next(name for name, kind in KINDS.items() if isinstance(message, kind))
    return {"kind": kind, **asdict(message)}


def from_line(line: bytes) -> Message:
    """The message in a line.

    Raises: MessageError: it is none, lacks something, or holds what nobody asked for.
    """
    content = _object(line)
    number = content.get("id")
    if type(number) is not int or abs(number) > LARGEST_NUMBER:
        number = None
    kind = content.pop("kind", None)
    if kind is None:
        return _ask(content, number)
    if kind == "done":
        return _done(content, number)
    if not isinstance(kind, str) or kind not in KINDS:
        raise _no_message("line", f"must be one of {', '.join(KINDS)}, done", kind, number)
    if kind == "hello":
        # Another version may greet with more; that it is another one, is all that matters.
        content = {key: value for key, value in content.items() if key in _GREETING}
    return _read(KINDS[kind], content, str(kind), number)


def _object(line: bytes) -> dict[str, Any]:
    """The object in a line, however deep or long it pretends to be."""
    try:
        content = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError, MemoryError) as error:
        raise _rubbish(type(error).__name__) from error
    if not isinstance(content, dict) or not {"kind", "do"} & set(content):
        raise _rubbish(type(content).__name__)
    return content


def _refuse_constant(name: str) -> float:
    """Python reads NaN and Infinity, which are no JSON, and can't answer with them."""
    raise ValueError(name)


def _ask(content: dict[str, Any], number: int | None) -> Ask[Any]:
    """A request."""
    name = content.pop("do")
    content.pop("id", None)
    if number is None or not isinstance(name, str):
        raise _no_message("request", "must have a whole number `id` and a name `do`", name, None)
    if name not in REQUESTS:
        rule = f"must name one of the jobs {', '.join(JOBS)}"
        raise MessageError("request", rule, got=repr(name)[:40], number=number, is_ours=True)
    request: Request[Any] = _read(REQUESTS[name], content, f"request {name}", number)
    return Ask(id=number, request=request)


def _done(content: dict[str, Any], number: int | None) -> Done:
    """An answer; its job says of which type."""
    name = content.get("do")
    is_whole = set(content) == {"id", "do", "result"}
    if number is None or not is_whole or not isinstance(name, str) or name not in JOBS:
        raise _no_message("done", "must hold id, do and result", name, number)
    return Done(id=number, answer=_read(JOBS[name].answer, content["result"], name, number))


def _read(kind: Any, content: object, where: str, number: int | None) -> Any:
    try:
        return typed(kind, content)
    except TypedValueError as error:
        rule = f"{error.place}: {error.rule}" if error.place else error.rule
        rule = one_line(rule)
        raise MessageError(where, rule, got=error.got, number=number, is_ours=True) from error


def _no_message(where: str, rule: str, value: object, number: int | None) -> MessageError:
    return MessageError(where, rule, got=type(value).__name__, number=number, is_ours=True)


def _rubbish(got: str) -> MessageError:
    return MessageError("line", "must be a message", got=got, number=None, is_ours=False)
