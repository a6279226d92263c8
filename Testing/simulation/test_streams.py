import numpy as np
import pytest

from TACEResponseLib.simulation.streams import Stream, stream


def test_same_seed_index_and_cause_give_the_same_numbers():
    first, again = stream(1, 2, Stream.TUMOR), stream(1, 2, Stream.TUMOR)
    np.testing.assert_array_equal(first.random(5), again.random(5))


def test_streams_differ_by_seed_by_index_and_by_cause():
    drawn = {
        stream(seed, index, cause).random()
        for seed in (0, 1)
        for index in (0, 1, 2)
        for cause in Stream
    }
    assert len(drawn) == 2 * 3 * len(Stream)


def test_a_stream_is_numpys_own_seed_sequence():
    by_hand = np.random.Generator(np.random.PCG64(np.random.SeedSequence(7, spawn_key=(3, 1))))
    assert stream(7, 3, Stream.RESPONSE).random() == by_hand.random()


def test_numbers_of_the_causes_never_move():
    names = [
        "LATENTS",
        "RESPONSE",
        "ANATOMY",
        "TUMOR",
        "SCANNER",
        "READER",
        "CLINICAL",
        "SECOND_READER",
        "SERIES_READER",
        "SITE",
        "CALLS",
        "GAPS",
        "PHASE",
    ]
    assert {cause.name: int(cause) for cause in Stream} == dict(zip(names, range(13), strict=True))


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="non-negative"):
        stream(-1, 0, Stream.LATENTS)
