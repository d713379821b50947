"""The Dense lesson: every output sees every input."""
