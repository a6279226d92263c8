"""Where networks run: on the CPU, or on CUDA where there is one."""

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.terms import Device
from TACEResponseLib.basics.vocabulary import SubjectKind, option


def choose_device(device: Device) -> str:
    """The device to run on; `auto` takes CUDA where there is one.

    Raises: InputError: CUDA is asked for and absent.
    """
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise InputError(
            Subject(SubjectKind.DEVICE),
            "CUDA must be available",
            got="no CUDA device",
            remedy=f"use {option('device')} cpu, or install torch with CUDA",
        )
    return "cpu"
