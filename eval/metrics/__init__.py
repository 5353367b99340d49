"""The metrics: what one answered question scores, each with its definition and source in its docstring."""
