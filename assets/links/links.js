/* A link to another part of this site opens where it stands. Streamlit opens every link in a text in a new tab; those that
   lead elsewhere, to a paper, still do. It draws nothing. */

function keepHere({ target }) {
  const link = target.closest?.('a[target="_blank"]')
  if (link?.origin === location.origin) link.target = "_self"
}

export function mount() {
  document.addEventListener("click", keepHere, true) // the same listener twice is one
  document.documentElement.dataset.links = "kept"
}

export const unmount = () => {}
