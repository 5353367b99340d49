"""Trains the network that reads question and passage together: ``python -m eval.training DATA_FOLDER``."""
