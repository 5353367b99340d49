"""Answers in a language model's words, of which every sentence is proven before it is shown."""
