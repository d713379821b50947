"""What computes: layers with hand-written backward passes, on NumPy and Numba. Knows no page and no chart."""

import numpy as np  # noqa: F401  loads the BLAS library, so that the next line finds it
from threadpoolctl import threadpool_limits

# One BLAS thread: beside another busy process two are up to forty times slower than one, and a class of learners is
# always another busy process. An environment variable would come too late in a notebook that has NumPy loaded.
threadpool_limits(limits=1, user_api="blas")
