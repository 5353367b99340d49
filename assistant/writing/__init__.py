"""Answers written by an optional language model, out of the quotes that were found."""
