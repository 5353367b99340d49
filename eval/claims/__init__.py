"""Trains, calibrates and measures the fact check on labelled claims."""
