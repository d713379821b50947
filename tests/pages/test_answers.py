"""What the Convolution page tells a learner: verdicts, reasons, facts and code of the learner's own settings."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from experiments.convolution import parameters
from experiments.convolution.code import keras, pytorch
from experiments.convolution.facts import facts
from experiments.convolution.questions import question_numbers
from experiments.convolution.spec import ConvolutionSpec
from ui.prose import read

PAGE = Path(__file__).parents[2] / "pages" / "convolution.py"
SETTINGS: dict[str, Any] = {"filters": 3, "kernel_size": 5, "strides": 2, "padding": "same"}


@pytest.fixture
def app() -> AppTest:
    it = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in SETTINGS.items():
        it.query_params[f"convolution_{name}"] = str(value)
    return it.run()


SPEC = ConvolutionSpec(**SETTINGS)


def asked(app: AppTest, number: int) -> Any:
    """The answers to choose from of a question, counted from 1."""
    return next(g for g in app.button_group if (g.key or "").startswith(f"convolution.question.{number}."))


def verdicts_of(app: AppTest) -> list[str]:
    """From the top of the page to its end."""
    return [m.value for m in app.markdown if m.value.startswith((":material/check:", ":material/close:"))]


def test_a_guess_is_judged_by_what_the_experiment_computed(app: AppTest) -> None:
    section = read("convolution").fill(question_numbers(SPEC))["CV3"]["Predict"]
    right, shown = parameters.prediction(parameters.compare(SPEC, 48)), parameters.show(SPEC).numbers
    for k, answer in enumerate(section.answers):
        app.button_group(key="CV3.prediction").set_value(answer.text).run()
        verdicts = verdicts_of(app)
        assert len(verdicts) == 1
        assert ("**Right.**" in verdicts[0]) == (k in right)
        assert f"It is {shown['ratio']} times" in verdicts[0]


def test_every_answer_to_a_question_has_its_own_verdict_and_reason(app: AppTest) -> None:
    """All questions are answered at once, with the first answer of each, then with the second, and so on."""
    questions = read("convolution").fill(question_numbers(SPEC))["Check yourself"].sections
    for number, question in enumerate(questions, 1):
        assert sorted(asked(app, number).options) == sorted(answer.text for answer in question.answers)
    assert not verdicts_of(app)
    for k in range(max(len(question.answers) for question in questions)):
        answers = [question.answers[k % len(question.answers)] for question in questions]
        for number, answer in enumerate(answers, 1):
            asked(app, number).set_value(answer.text)
        app.run()
        right, wrong = "check: **Right.**", "close: **Not quite.**"
        assert verdicts_of(app) == [f":material/{right if each.right else wrong} {each.why}" for each in answers]


def test_right_answers_do_not_always_stand_first(app: AppTest) -> None:
    told = read("convolution").fill(question_numbers(SPEC))["Check yourself"]
    places = []
    for number, question in enumerate(told.sections, 1):
        right = next(answer.text for answer in question.answers if answer.right)
        places.append(asked(app, number).options.index(right))
    assert len(set(places)) > 1


def test_facts_and_code_are_of_the_learners_settings(app: AppTest) -> None:
    shown = "".join(element.proto.body for element in app.get("html"))
    for label, value, detail in facts(SPEC):
        assert f"<dt>{label}</dt><dd>{value}<small>{detail}</small>" in shown
    shown = {library: code_shown(app, "elsewhere", library) for library in ("PyTorch", "Keras")}
    assert shown == {"PyTorch": pytorch(SPEC).strip(), "Keras": keras(SPEC).strip()}


def test_the_code_that_ran_is_shown(app: AppTest) -> None:
    defined = {
        "forward": "forward",
        "backward": "backward",
        "kernel": "convolve",
        "kernel of ∂L/∂x": "convolve_dx",
        "kernel of ∂L/∂w": "convolve_dw",
    }
    for name, function in defined.items():
        assert f"def {function}(" in code_shown(app, "code", name)


def code_shown(app: AppTest, key: str, choice: str) -> str:
    """The block of code under a row of choices, once one is made."""
    app.button_group(key=key).select(choice).run()
    return str(app.code[0 if key == "code" else 1].value).strip()


def test_what_is_counted_stands_in_its_own_column() -> None:
    shown = parameters.show(SPEC)
    table = shown.rows[0].columns  # type: ignore[union-attr]
    ours = dict(zip(table, (column[0] for column in table.values()), strict=True))
    assert ours["parameters"] == 5 * 5 * 3 + 3
    assert ours["multiply–adds"] == 24 * 24 * 5 * 5 * 3
    full = dict(zip(table, (column[-1] for column in table.values()), strict=True))
    assert full["parameters"] == 48 * 48 * 24 * 24 * 3 + 24 * 24 * 3
    assert full["multiply–adds"] == 48 * 48 * 24 * 24 * 3
    assert shown.numbers["convolution"] == "78"
    assert shown.numbers["dense"] == f"{full['parameters']:,}"
    lines = shown.rows[1].lines  # type: ignore[union-attr]
    assert set(lines["convolution"]) == {78}
    assert list(lines["dense"]) == sorted(lines["dense"])
    assert lines["dense"][-1] > 1e9
