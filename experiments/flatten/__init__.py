"""What the Flatten lesson shows: its specification, tensor and vector under the lens, and its claim."""
