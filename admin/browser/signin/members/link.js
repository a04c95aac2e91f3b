// What the link in the picture on a member's card brought: it leaves the address bar at once.
/** @type {() => { name: string, code: string } | null} */
export function takeCard() {
  const [name, code] = location.hash.slice(1).split("/");
  if (!code) return null;
  history.replaceState(null, "", location.pathname);
  return { name: decodeURIComponent(name), code };
}
