"""The address of each feature in the Image Biomarker Standardisation Initiative's manual.

Codes name a definition, not a value: gray levels are IBSI's, of a fixed width from a fixed lower
bound; but the resampling grid is aligned on the patient's frame, not on the image's center, and
kurtosis isn't reduced by 3. Filtered images carry the code of the feature computed on them.
Features without a code are pyradiomics' own (as the maximal correlation coefficient) or sums that
IBSI doesn't list.
Source: IBSI reference manual (Zwanenburg, Radiology 2020;295:328), codes as in MIRP's features.
"""

_FIRST_ORDER = {
    "10Percentile": "QG58",
    "90Percentile": "8DWT",
    "Energy": "N8CA",
    "Entropy": "TLU2",
    "InterquartileRange": "SALO",
    "Kurtosis": "IPH6",
    "Maximum": "84IY",
    "Mean": "Q4LE",
    "MeanAbsoluteDeviation": "4FUA",
    "Median": "Y12H",
    "Minimum": "1GSF",
    "Range": "2OJQ",
    "RobustMeanAbsoluteDeviation": "1128",
    "RootMeanSquared": "5ZWQ",
    "Skewness": "KE2A",
    "Uniformity": "BJ5W",
    "Variance": "ECT3",
}
_SHAPE = {
    "Elongation": "Q3CK",
    "Flatness": "N17B",
    "LeastAxisLength": "7J51",
    "MajorAxisLength": "TDIC",
    "Maximum3DDiameter": "L0JK",
    "MeshVolume": "RNU0",
    "MinorAxisLength": "P9VJ",
    "Sphericity": "QCFX",
    "SurfaceArea": "C0JK",
    "SurfaceVolumeRatio": "2PR5",
    "VoxelVolume": "YEKZ",
}
_GLCM = {
    "Autocorrelation": "QWB0",
    "ClusterProminence": "AE86",
    "ClusterShade": "7NFM",
    "ClusterTendency": "DG8W",
    "Contrast": "ACUI",
    "Correlation": "NI2N",
    "DifferenceAverage": "TF7R",
    "DifferenceEntropy": "NTRS",
    "DifferenceVariance": "D3YU",
    "Id": "IB1Z",
    "Idm": "WF0Z",
    "Idmn": "1QCO",
    "Idn": "NDRX",
    "Imc1": "R8DG",
    "Imc2": "JN9H",
    "InverseVariance": "E8JP",
    "JointAverage": "60VM",
    "JointEnergy": "8ZQL",
    "JointEntropy": "TU9B",
    "MaximumProbability": "GYBY",
    "SumAverage": "ZGXS",
    "SumEntropy": "P6QZ",
    "SumSquares": "UR99",
}
_GLRLM = {
    "GrayLevelNonUniformity": "R5YN",
    "GrayLevelNonUniformityNormalized": "OVBL",
    "GrayLevelVariance": "8CE5",
    "HighGrayLevelRunEmphasis": "G3QZ",
    "LongRunEmphasis": "W4KF",
    "LongRunHighGrayLevelEmphasis": "3KUM",
    "LongRunLowGrayLevelEmphasis": "IVPO",
    "LowGrayLevelRunEmphasis": "V3SW",
    "RunEntropy": "HJ9O",
    "RunLengthNonUniformity": "W92Y",
    "RunLengthNonUniformityNormalized": "IC23",
    "RunPercentage": "9ZK5",
    "RunVariance": "SXLW",
    "ShortRunEmphasis": "22OV",
    "ShortRunHighGrayLevelEmphasis": "GD3A",
    "ShortRunLowGrayLevelEmphasis": "HTZT",
}
_GLSZM = {
    "GrayLevelNonUniformity": "JNSA",
    "GrayLevelNonUniformityNormalized": "Y1RO",
    "GrayLevelVariance": "BYLV",
    "HighGrayLevelZoneEmphasis": "5GN9",
    "LargeAreaEmphasis": "48P8",
    "LargeAreaHighGrayLevelEmphasis": "J17V",
    "LargeAreaLowGrayLevelEmphasis": "YH51",
    "LowGrayLevelZoneEmphasis": "XMSY",
    "SizeZoneNonUniformity": "4JP3",
    "SizeZoneNonUniformityNormalized": "VB3A",
    "SmallAreaEmphasis": "5QRC",
    "SmallAreaHighGrayLevelEmphasis": "HW1V",
    "SmallAreaLowGrayLevelEmphasis": "5RAI",
    "ZoneEntropy": "GU8N",
    "ZonePercentage": "P30P",
    "ZoneVariance": "3NSA",
}
_GLDM = {
    "DependenceEntropy": "FCBV",
    "DependenceNonUniformity": "Z87G",
    "DependenceNonUniformityNormalized": "OKJI",
    "DependenceVariance": "DNX2",
    "GrayLevelNonUniformity": "FP8K",
    "GrayLevelVariance": "1PFV",
    "HighGrayLevelEmphasis": "OAE7",
    "LargeDependenceEmphasis": "IMOQ",
    "LargeDependenceHighGrayLevelEmphasis": "9QMG",
    "LargeDependenceLowGrayLevelEmphasis": "NBZI",
    "LowGrayLevelEmphasis": "TL9H",
    "SmallDependenceEmphasis": "SODN",
    "SmallDependenceHighGrayLevelEmphasis": "JA6D",
    "SmallDependenceLowGrayLevelEmphasis": "EQ3F",
}
_NGTDM = {
    "Busyness": "NQ30",
    "Coarseness": "QCDE",
    "Complexity": "HDEZ",
    "Contrast": "65HE",
    "Strength": "1X9X",
}
IBSI_CODES = {
    "firstorder": _FIRST_ORDER,
    "shape": _SHAPE,
    "glcm": _GLCM,
    "glrlm": _GLRLM,
    "glszm": _GLSZM,
    "gldm": _GLDM,
    "ngtdm": _NGTDM,
}


def ibsi_code(name: str) -> str | None:
    """Code of a feature named as pyradiomics names it, such as `original_glcm_Contrast`."""
    _, feature_class, feature = name.rsplit("_", 2)
    return IBSI_CODES.get(feature_class, {}).get(feature)
