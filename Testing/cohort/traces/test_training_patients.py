"""The file beside a bundle: what it holds and what not, and whom it knows again."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.writing.whole_file import write_whole
from TACEResponseLib.bundle.archive import zip_bundle
from TACEResponseLib.cohort.traces.overlap import chance_limit, overlap
from TACEResponseLib.cohort.traces.person import BITS, hashed_person
from TACEResponseLib.cohort.traces.trace import Trace
from TACEResponseLib.cohort.traces.traced_row import TracedRow
from TACEResponseLib.cohort.traces.training_patients import (
    TrainingPatients,
    as_json,
    beside,
    read_training_patients,
    training_patients,
)


def digest(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def row(name: str, *, person: str = "", image: str = "", code: str = "") -> TracedRow:
    trace = Trace(
        images={"ct_arterial": digest(image)} if image else {},
        fingerprints={"ct_arterial": code} if code else {},
    )
    return TracedRow(case_id=name, patient=name, trace=trace, person=person)


def kept(*rows: TracedRow, with_fingerprints: bool = False) -> TrainingPatients:
    return training_patients(rows, with_fingerprints=with_fingerprints)


COHORT = [row(f"P{n}", person=f"MRN{n:05d}", image=f"scan {n}") for n in range(20)]


def test_the_hash_is_scrypt_of_rfc_7914_cut_to_20_bits() -> None:
    # The first vector of RFC 7914, section 12, begins with 77d6576238657b20: of another cost.
    whole = hashlib.scrypt(b"mrn00001", salt=b"salt", n=2**14, r=8, p=1, dklen=8)
    assert hashed_person("mrn00001", b"salt") == int(whole.hex()[:5], 16)
    assert hashed_person("mrn00001", b"other") != hashed_person("mrn00001", b"salt")
    assert BITS == 20


def test_it_names_nobody_and_says_how_it_could_be_abused() -> None:
    text = as_json(kept(*COHORT))
    assert "MRN" not in text
    assert not any(f'"{patient.case_id}"' in text for patient in COHORT)
    assert "never publish it or send it with the model" in text
    known = kept(*COHORT)
    assert max(known.people) < 2**20
    # Sorted by themselves: no list tells which of another belongs to it.
    assert list(known.people) == sorted(known.people)
    assert list(known.voxels) == sorted(known.voxels)


def test_the_same_patients_give_the_same_file_and_others_another_salt() -> None:
    assert as_json(kept(*COHORT)) == as_json(kept(*COHORT[::-1]))
    assert kept(*COHORT[:-1]).salt != kept(*COHORT).salt


def test_fingerprints_are_kept_only_where_they_were_asked_for() -> None:
    rows = [row("A", image="a", code="ff" * 336)]
    assert kept(*rows).fingerprints == ()
    assert kept(*rows, with_fingerprints=True).fingerprints == ("ff" * 336,)


def test_it_is_read_by_its_owner_alone_and_is_in_no_zip(tmp_path: Path) -> None:
    bundle = tmp_path / "model"
    (bundle / "configs").mkdir(parents=True)
    (bundle / "configs" / "metadata.json").write_text("{}")
    path = beside(bundle)
    assert path == tmp_path / "model-training-patients.json"
    write_whole(as_json(kept(*COHORT)).encode(), path)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    archive = zip_bundle(bundle, tmp_path / "model.zip")
    assert beside(archive) == path
    assert b"training-patients" not in archive.read_bytes()
    assert read_training_patients(path) == kept(*COHORT)


def test_an_equal_image_is_proof_whatever_the_id() -> None:
    new = [row("X", image="scan 3"), row("Y", image="another")]
    seen = overlap(new, kept(*COHORT))
    assert (seen.certain, seen.trained, seen.compared) == (("X",), ("X",), 2)


def test_one_patientid_that_fits_is_told_and_two_are_refused() -> None:
    known = kept(*COHORT)
    one = overlap([row("X", person="MRN00003"), row("Y", person="other")], known)
    assert (one.trained, one.doubtful) == ((), ("X",))
    two = overlap([row("X", person="MRN00003"), row("Y", person="MRN00004")], known)
    assert (two.trained, two.doubtful) == (("X", "Y"), ())


def test_more_are_put_down_to_chance_where_more_can_fit_by_chance() -> None:
    # 2,000 x 1,000 pairs of 20 bits: 1.9 fit by chance, more than 6 in one study of a hundred.
    assert chance_limit(0.0) == 2
    assert chance_limit(2000 * 1000 / 2**20) == 7


def test_one_id_in_all_images_fits_nobody() -> None:
    removed = [row(f"P{n}", person="REMOVED BY US", image=f"scan {n}") for n in range(9)]
    assert kept(*removed).people == ()


def test_clinical_values_alone_can_t_be_compared() -> None:
    seen = overlap([row("X")], kept(*COHORT))
    assert (seen.compared, seen.patients) == (0, 1)


def test_a_recalibration_adds_its_patients_and_says_if_the_others_are_missing() -> None:
    older = kept(*COHORT[:10])
    both = training_patients(COHORT[10:], with_fingerprints=False, older=older)
    assert (both.patients, both.is_complete, both.salt) == (20, True, older.salt)
    assert len(overlap(COHORT, both).trained) == 20
    alone = training_patients(COHORT[10:], with_fingerprints=False, is_complete=False)
    assert not alone.is_complete


@pytest.mark.parametrize("text", ["{}", '{"salt": "zz", "patients": 1}', '{"patients": 0}'])
def test_a_damaged_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "model-training-patients.json"
    path.write_text(text)
    with pytest.raises(InputError, match="must be as the training wrote it"):
        read_training_patients(path)
