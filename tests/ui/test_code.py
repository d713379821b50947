"""What a learner takes along."""

import json

from ui.code import notebook

SCRIPT = """import numpy as np

x = np.ones(3)
y = 2 * x

print("y", y)
"""


def test_the_notebook_holds_the_whole_script() -> None:
    book = json.loads(notebook(SCRIPT, "Convolution in PyTorch"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    code = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"]
    assert len(code) == 3
    assert "\n\n".join(code) == SCRIPT.strip()
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
