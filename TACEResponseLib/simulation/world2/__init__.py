"""The second world: simulated arterial CT whose lesions measure as real ones do."""
