/* Keeps settings in the page's address that neither a lens nor a training keeps there. It draws nothing. */

import { keepParameters } from "../drawing/address.js"

export const mount = ({ data }) => keepParameters(data)

export const unmount = () => {}
