"""What the Convolution lesson shows: its specification, the microscope, and one module a claim."""
