"""Decoding behind locks, detectors, tracks, zones and rules: what is noticed in pictures."""
