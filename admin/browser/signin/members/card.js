// The member's card as a picture for the own telephone or tablet: where the desk is, who signs in, and
// the member code. The passphrase is not in it. It is drawn here: the code never was on the server.

import encodeQR from "qr";
import { replaceChildren } from "../../shared/page/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const EDGE = 4;

/** @type {(address: HTMLElement, place: HTMLElement, name: string, code: string) => void} */
export function drawCard(address, place, name, code) {
  address.textContent = `${location.origin}/desk/`;
  const link = `${location.origin}/desk/sign-in#${encodeURIComponent(name)}/${code}`;
  replaceChildren(place, picture(encodeQR(link, "raw", { ecc: "medium", border: EDGE })));
}

// As elements: the desk's pages let no string become markup.
/** @type {(rows: boolean[][]) => SVGElement} */
function picture(rows) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  const path = document.createElementNS(SVG, "path");
  const squares = rows.map((row, y) =>
    row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")).join(""),
  );
  path.setAttribute("d", squares.join(""));
  svg.append(path);
  return svg;
}
