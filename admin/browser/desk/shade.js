// Opened words are on the screen only while somebody looks: nothing is kept when the page goes.
// Idleness and the lock button are the keyring's: it leaves this page, and so it is blanked.

/** @type {(blank: () => void) => void} */
export function keepShaded(blank) {
  window.addEventListener("pagehide", blank);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}
