"""The Transposed convolution lesson."""
