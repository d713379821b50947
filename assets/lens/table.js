/* The drawn plane as a real table: the same numbers, for a screen reader or to copy. */

import { h } from "../drawing/element.js"
import { called, said } from "./scene.js"

export function table(grid, at, selected) {
  const [down, across] = grid.plane.map((axis) => grid.axes[axis])
  const caption = h("caption", {}, h("b", { class: `sym k-${grid.role}` }, grid.symbol),
    ` ${grid.name}: ${down ? `${down} down, ` : ""}${across ? `${across} across` : ""}`)
  const columns = [...Array(grid.cols).keys()], rows = [...Array(grid.rows).keys()]
  return h("div", { class: "lens-table", tabindex: 0, role: "region", "aria-label": `${grid.symbol} as a table` },
    h("table", {}, caption,
      h("thead", {}, h("tr", {}, h("td"), columns.map((j) => h("th", { scope: "col" }, called(grid, across, j))))),
      h("tbody", {}, rows.map((i) => h("tr", {}, h("th", { scope: "row" }, called(grid, down, i)),
        columns.map((j) => h("td", { "aria-current": at(i, j) === selected ? "true" : null }, said(grid, at(i, j)))))))))
}
