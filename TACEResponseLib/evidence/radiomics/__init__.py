"""The radiomics branch: pyradiomics features, a classifier, a contribution a feature."""
