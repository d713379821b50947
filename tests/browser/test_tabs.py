"""A tab that has served one test is as good as new for the next."""

from typing import Any

from tests.browser.tabs import open_tab, rest

LEFT = """() => {
  localStorage.setItem("left", 1)
  sessionStorage.setItem("left", 1)
  document.cookie = "left=1"
  document.title = "left"
  window.left = 1
}"""
FOUND = """async () => {
  const granted = await navigator.permissions.query({ name: "clipboard-read" })
  const kept = [localStorage.length, sessionStorage.length, document.cookie.includes("left")]
  return [...kept, document.title, typeof window.left, granted.state]
}"""


def test_nothing_is_left_in_a_tab(browser: Any, lens_address: str) -> None:
    it, address = open_tab(browser), f"{lens_address}/_stcore/health"
    it.page.goto(address)
    fresh = it.page.evaluate(FOUND)
    it.page.context.grant_permissions(["clipboard-read"])
    it.page.route("**/health", lambda route: route.fulfill(body="routed"))
    it.page.evaluate(LEFT)
    it.page.evaluate("() => console.error('an error')")
    assert it.page.evaluate(FOUND) != fresh
    assert it.errors == ["an error"]
    rest(it)
    assert it.errors == it.sent == []
    assert it.page.goto(address).text() == "ok"
    assert it.page.evaluate(FOUND) == fresh
    it.page.context.close()
