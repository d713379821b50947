"""The Embedding lesson."""
