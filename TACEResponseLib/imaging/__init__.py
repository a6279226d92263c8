"""Images as they are in the patient: geometry, reading, resampling, intensity, patches."""
