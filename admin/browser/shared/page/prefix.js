// Under which address the page's language lies: "" for /tip/, "/en" for /en/tip/, "/ug" for /ug/mailbox/.

/** @type {() => string} */
export function languagePrefix() {
  const [prefix] = location.pathname.match(/^\/[a-z]{2,3}(?=\/(tip|mailbox)\/)/) || [""];
  return prefix;
}
