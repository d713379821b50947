"""Links to other lessons open in the tab in which they stand, on every page."""

from ui.component import component

_keep = component("links", "links/links.js")


def stay_here() -> None:
    """Once a page. It draws nothing."""
    _keep(key="links")
