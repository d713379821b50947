/* Copies the address of a page whose pictures have no button of their own for it. */

import { copyAddress } from "../drawing/address.js"
import { h } from "../drawing/element.js"
import { living } from "../drawing/living.js"

class CopyLink {
  constructor(root) {
    const button = h("button", { type: "button", class: "quiet", onclick: () => copyAddress(button) }, "Copy link")
    root.classList.add("lab")
    root.append(button)
  }

  set() {}
}

export const { mount, unmount } = living("copy_link", CopyLink)
