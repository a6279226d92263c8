"""Simulated patients as training takes them, each made when it is loaded; nothing is on disk."""

from functools import partial
from typing import Literal

from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.patient.case import Case
from TACEResponseLib.simulation.cohort import AnySettings, simulate
from TACEResponseLib.simulation.mr.patient import simulate_mr_truth
from TACEResponseLib.simulation.mr.settings import MrSimulationSettings
from TACEResponseLib.simulation.patient import simulate_truth
from TACEResponseLib.simulation.simulated import SimulatedTruth
from TACEResponseLib.simulation.world2.settings import World2Settings
from TACEResponseLib.simulation.world2.truth import simulate_world2_truth


def simulated_truths(settings: AnySettings, n: int, seed: int) -> list[SimulatedTruth]:
    """The answers of patients 0 to n - 1 of a seed, without their images."""
    if isinstance(settings, MrSimulationSettings):
        return [simulate_mr_truth(settings, seed, index) for index in range(n)]
    if isinstance(settings, World2Settings):
        return [simulate_world2_truth(settings, seed, index) for index in range(n)]
    return [simulate_truth(settings, seed, index) for index in range(n)]


def simulated_members(
    settings: AnySettings,
    n: int,
    seed: int,
    endpoint: Endpoint = Endpoint.OBJECTIVE_RESPONSE,
) -> list[Member]:
    """A cohort of simulated patients.

    Args:
        settings: CT of either world, or MR.
        n: number of patients.
        seed: of the cohort; another cohort needs another.
        endpoint: whose positive class is 1.
    """
    return [
        Member(
            case_id=truth.case_id,
            label=int(truth.response_class in endpoint.positive_classes),
            load=partial(simulated_case, settings, seed, index),
            response=truth.response_class.value,
            clinical=truth.clinical,
            load_reader2=partial(simulated_case, settings, seed, index, reader=2),
        )
        for index, truth in enumerate(simulated_truths(settings, n, seed))
    ]


def simulated_case(settings: AnySettings, seed: int, index: int, reader: Literal[1, 2] = 1) -> Case:
    """One simulated patient with the ROI of either reader; called in a worker process."""
    return simulate(settings, seed, index).to_case(reader=reader)
