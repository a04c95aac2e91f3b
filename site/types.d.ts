// What the site's scripts share with each other and with what a build writes (site/hooks/search.py).
// Names alone: nothing of it is served.

// Not in every browser.
interface Navigator {
  connection?: { saveData?: boolean };
}
