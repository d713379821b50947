"""A slider that reports while it is dragged, for parameters whose effect should be seen moving.

Streamlit's own slider reports only when it is let go. The browser sends the next value when the answer to the last has
been drawn, so that a slow server is never behind. Inside a fragment only the fragment runs again.
"""

from collections.abc import Callable

import streamlit as st

from ui.component import answered, component

_mount = component(
    "live_slider",
    "live_slider/live_slider.js",
    ("theme/tokens.css", "theme/controls.css", "live_slider/live_slider.css"),
)


def live_slider(
    label: str,
    *,
    min: float,
    max: float,
    step: float,
    value: float,
    key: str,
    on_change: Callable[[float, bool], None],
    unit: str = "",
    moves: str | None = None,
    help: str = "",
    leads: bool = False,
    idle: bool = False,
) -> None:
    """Draws the slider at `value`, which the caller keeps.

    on_change(value, final) is called before the script runs again, as Streamlit's own callbacks are, once for each
    value that arrives; final when the slider was let go. The value lies in min … max, whatever the browser sent.
    With `moves`, the name of a setting, the lens of the page follows while the slider is dragged, and only the final
    value arrives here. On the first screen the arrow keys move the one that `leads`, wherever the page has the focus.
    An `idle` one keeps its place, so that nothing moves when it comes back, and is not there for anybody.
    """

    def moved() -> None:
        sent = st.session_state[key].get("moved")
        try:
            number, final = float(sent["value"]), bool(sent["final"])
        except (KeyError, TypeError, ValueError, OverflowError):
            return  # anybody can send anything
        on_change(max if number > max else number if number >= min else min, final)  # NaN becomes min

    data = {
        "moves": moves,
        "help": help,
        "label": label,
        "min": min,
        "max": max,
        "step": step,
        "value": value,
        "unit": unit,
        "leads": leads,
        "idle": idle,
    }
    # Not named "value": Streamlit looks into a lone state of that name, and misses changes beside its inner value.
    _mount(key=key, data=data | {"answered": answered(key, "moved")}, on_moved_change=moved)
