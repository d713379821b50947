"""Which of the presets holds can be seen."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from experiments.adviser.spec import PRESETS

ADVISER = Path(__file__).parent.parent.parent / "pages" / "adviser.py"


def looks(app: AppTest) -> dict[str, str]:
    labels = [label for label, _ in PRESETS]
    return {button.label: button.proto.type for button in app.button if button.label in labels}


def test_a_preset_that_holds_looks_pressed() -> None:
    app = AppTest.from_file(ADVISER, default_timeout=120).run()
    label = list(looks(app))[-1]
    assert looks(app)[label] == "secondary"
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert {name for name, look in looks(app).items() if look == "primary"} == {label}
