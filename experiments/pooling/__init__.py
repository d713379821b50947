"""What the Pooling lesson shows: its specification, the window under the lens, and one module a claim."""
