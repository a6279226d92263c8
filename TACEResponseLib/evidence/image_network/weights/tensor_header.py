"""What a safetensors file says it holds, compared with a network before any tensor is read.

The format's reader builds an object for each tensor that the header lists, empty ones included.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.reading.regular_file import open_regular

if TYPE_CHECKING:
    from torch import Tensor

# DenseNet169 has 1,012 tensors and a header of 0.1 MB.
MOST_HEADER_BYTES = 4 * 1024**2
MOST_TENSORS = 20_000
MOST_BYTES = 2 * 1024**3
LENGTH_BYTES = 8
NOT_A_TENSOR = "__metadata__"
# Types of the networks that may be named; torch's name for each.
TYPES = {"F32": "float32", "F64": "float64", "I64": "int64"}
AGAIN = "get the bundle again"


def check_tensor_header(path: Path, expected: Mapping[str, "Tensor"], place: str) -> None:
    """Refuse a file that announces other tensors than a network has.

    Args:
        path: of the safetensors file.
        expected: the network's tensors, with or without storage.
        place: how the message calls the file.
    Raises: InputError: no such header, a tensor missing, surplus, of another shape or type.
    """
    announced = read_tensor_header(path, place)
    if odd := sorted(set(announced) ^ set(expected)):
        raise InputError(
            place,
            "must hold the network's tensors and no other",
            got=f"a difference in {', '.join(name[:80] for name in odd[:3])}",
            remedy=AGAIN,
        )
    for name, said in sorted(announced.items()):
        tensor = expected[name]
        own = (str(tensor.dtype).removeprefix("torch."), list(tensor.shape))
        if own != (TYPES.get(str(said.get("dtype"))), said.get("shape")):
            raise InputError(
                place,
                f"{name} must be {tensor.dtype} {tuple(tensor.shape)}",
                got=f"{said.get('dtype')} {said.get('shape')}"[:80],
                remedy=AGAIN,
            )


def read_tensor_header(path: Path, place: str) -> dict[str, dict[str, Any]]:
    """What is said of each tensor.

    Args: as `check_header`.
    Raises: InputError: no header of a reasonable length, or more tensors than any network has.
    """
    with open_regular(path, place, most_bytes=MOST_BYTES) as file:
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        if not 2 <= length <= MOST_HEADER_BYTES:
            raise InputError(
                place,
                f"must have a header of at most {MOST_HEADER_BYTES} bytes",
                got=length,
                remedy=AGAIN,
            )
        text = file.read(length)
    if len(text) < length:
        raise InputError(
            place, "must be a whole safetensors file", got="a part of its header", remedy=AGAIN
        )
    header = parse_json(text, f"{place}, header")
    if not isinstance(header, dict) or len(header) > MOST_TENSORS:
        raise InputError(
            place,
            f"must list at most {MOST_TENSORS} tensors",
            got=len(header) if isinstance(header, dict) else "no list",
            remedy=AGAIN,
        )
    header.pop(NOT_A_TENSOR, None)
    if odd := [name for name, said in header.items() if not isinstance(said, dict)]:
        raise InputError(
            place, "must say type and shape of each tensor", got=odd[0][:80], remedy=AGAIN
        )
    return header
