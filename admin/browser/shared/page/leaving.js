// Asks before a page is left that still holds something, but nobody who calls for help.

const CALLING = 1000;

// `mustAsk()` tells whether something would be lost now.
/** @type {(mustAsk: () => boolean) => void} */
export function askBeforeLeaving(mustAsk) {
  let isCalling = false;
  window.addEventListener("beforeunload", (event) => {
    if (isCalling || !mustAsk()) return;
    event.preventDefault();
    // Older browsers ask only where this is set.
    event.returnValue = "";
  });
  // Whoever calls for help must not be asked whether to stay.
  document.addEventListener("click", (event) => {
    if (!(/** @type {Element} */ (event.target).closest('a[href^="tel:"]'))) return;
    isCalling = true;
    setTimeout(() => {
      isCalling = false;
    }, CALLING);
  });
}
