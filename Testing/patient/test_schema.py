"""The schema is whole: every variable of the five papers, unambiguous words, sane units."""

import pytest

from TACEResponseLib.basics.reading.cells import FALSE_WORDS, TRUE_WORDS
from TACEResponseLib.patient.schema import Schema, Variable, load_schema

# Read off the five papers' tables, by hand.
OF_THE_PAPERS = {
    "age_years",
    "sex",
    "hypertension",
    "diabetes",
    "hbsag",
    "cirrhosis",
    "ascites",
    "encephalopathy",
    "ecog",
    "inr",
    "child_pugh_class",
    "child_pugh_points",
    "bclc",
    "albi_grade",
    "afp_ng_per_ml",
    "pivka_ii_mau_per_ml",
    "cea_ng_per_ml",
    "alt_u_per_l",
    "ast_u_per_l",
    "alp_u_per_l",
    "ggt_u_per_l",
    "albumin_g_per_l",
    "bilirubin_umol_per_l",
    "prothrombin_time_s",
    "platelets_1e9_per_l",
    "neutrophils_1e9_per_l",
    "lymphocytes_1e9_per_l",
    "monocytes_1e9_per_l",
    "nlr",
    "plr",
    "crp_mg_per_l",
    "creatinine_mg_per_dl",
    "hemoglobin_g_per_l",
    "tumor_size_cm",
    "tumor_number",
    "tumor_margin",
    "portal_vein_invasion",
    "extrahepatic_metastasis",
    "treatment",
    "earlier_treatment",
    "haic_cycles",
}
# What the public cohort HCC-TACE-Seg has beyond them.
OF_THE_REAL_COHORT = {"multinodular", "tumor_over_half_of_liver", "vascular_invasion"}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema()


def test_every_variable_of_the_papers_is_there_once(schema: Schema) -> None:
    assert set(schema.by_name) == OF_THE_PAPERS | OF_THE_REAL_COHORT
    assert len(schema.variables) == len(OF_THE_PAPERS | OF_THE_REAL_COHORT)


def test_only_the_number_of_haic_cycles_is_known_after_treatment(schema: Schema) -> None:
    assert [v.name for v in schema.variables if v.post_treatment] == ["haic_cycles"]


def test_each_word_means_one_category(schema: Schema) -> None:
    for variable in schema.variables:
        words = [w.lower() for c, synonyms in variable.categories.items() for w in (c, *synonyms)]
        assert len(set(words)) == len(words), variable.name
    assert not TRUE_WORDS & FALSE_WORDS


@pytest.mark.parametrize(
    ("name", "unit", "factor"),
    [
        ("albumin_g_per_l", "g/dL", 10),
        ("bilirubin_umol_per_l", "mg/dL", 17.1),
        ("afp_ng_per_ml", "ug/L", 1),
        ("creatinine_mg_per_dl", "umol/L", 1 / 88.4),
        ("tumor_size_cm", "mm", 0.1),
        ("platelets_1e9_per_l", "1/uL", 1e-3),
        ("platelets_1e9_per_l", "1e4/uL", 10),
        ("neutrophils_1e9_per_l", "1e3/uL", 1),
        ("bilirubin_umol_per_l", "mg/L", 1.71),
        ("creatinine_mg_per_dl", "mg/L", 0.1),
    ],
)
def test_units_convert_by_the_textbook_s_factors(
    schema: Schema, name: str, unit: str, factor: float
) -> None:
    assert schema.by_name[name].units[unit] == pytest.approx(factor, rel=1e-4)


def test_a_unit_slip_is_suspected_only_where_the_other_unit_is_offered(schema: Schema) -> None:
    for variable in schema.variables:
        if variable.unit_slip:
            assert variable.unit_slip.probably in variable.units


def test_afp_in_iu_is_not_offered(schema: Schema) -> None:
    assert "IU/mL" not in schema.by_name["afp_ng_per_ml"].units


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "number"},
        {"type": "category"},
        {"type": "boolean", "unit": "1", "range": (0, 1)},
        {"type": "number", "unit": "1", "range": (0, 1), "color": "red"},
    ],
    ids=["no unit", "no categories", "boolean with unit", "unknown key"],
)
def test_an_incomplete_variable_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"need|Extra"):
        Variable.model_validate({"name": "x", "label": "x"} | fields)
