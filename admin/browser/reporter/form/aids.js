// What a receipt's page says besides: other ways than paper to keep the digits, and a day to come back on.
// It comes with the words of kinds, so that the form's page need not carry it. What a receipt cannot do
// without stands in the page.

/** @type {(html: string) => void} */
export function putAids(html) {
  const stored = /** @type {HTMLTemplateElement | null} */ (document.getElementById("stored"));
  const come = new DOMParser().parseFromString(html, "text/html");
  come.querySelectorAll("[data-aid]").forEach((aid) => {
    const place = `div[data-aid="${aid.getAttribute("data-aid")}"]`;
    // A page that was loaded anew may show its receipt before this came. A calendar's link is no more made
    // there: it would ask the server (receipt.js).
    const shown = aid.querySelector("a") ? null : document.querySelector(place);
    const places = [stored && stored.content.querySelector(place), shown];
    places.forEach((one) => {
      if (one && !one.firstChild) one.append(aid.cloneNode(true));
    });
  });
}
