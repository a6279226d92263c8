"""Names and limits of the files of a bundle."""

METADATA = "configs/metadata.json"
INFERENCE = "configs/inference.json"
FUSION = "models/fusion.json"
REFITS = "models/refits.json"
CARD = "docs/README.md"
SUMS = "SHA256SUMS"

# Far above any real bundle (five InceptionV4 weigh 0.9 GB), far below a full disk.
# Fifty refits, each with files of its own.
MOST_FILES = 320
MOST_BYTES = 2 * 1024**3
MOST_TEXT_BYTES = {
    METADATA: 4 * 1024**2,
    INFERENCE: 1024**2,
    # 5,000 resamples with isotonic calibrations of a hundred knots.
    FUSION: 32 * 1024**2,
    # Fifty refits of what a fusion and the metadata of its branches take.
    REFITS: 64 * 1024**2,
    CARD: 4 * 1024**2,
    SUMS: 64 * 1024,
}
