// Holds the form until the script that seals has taken it: a press that came sooner, or after that
// script failed to come, sends nothing. Without this file there is no button at all; with scripts off
// there is another. It also loads all our other scripts, and offers the plain way by a press of its own.
//
// Plain old script, built for ES5: it must run in the browsers that cannot seal.

// The last words of each bundle; see build.mjs.
var END = "/*dengshao:whole*/";
// A line on which nothing came for so long is dead; a slow one goes on.
var SILENCE = 20000;

/** @type {Record<string, number>} */
var failed = {};

// Calls `done(reason, address)`: "" where all of the script is here and in the cache, under that
// address; "cut" where it is not. A proxy's page in its place is the line's fault.
/** @type {Loader["arrive"]} */
function arrive(address, done) {
  var line = new XMLHttpRequest();
  // Behind a request that hangs, one for the same address would hang too.
  var own = address + (failed[address] ? "?" + failed[address] : "");
  /** @type {number} */
  var timer;
  /** @param {string} reason */
  function end(reason) {
    clearTimeout(timer);
    line.onload = line.onerror = line.onprogress = null;
    if (reason) failed[address] = (failed[address] || 0) + 1;
    done(reason, own);
  }
  function fail() {
    end("cut");
    line.abort();
  }
  function wait() {
    clearTimeout(timer);
    timer = setTimeout(fail, SILENCE);
  }
  line.open("GET", own);
  line.onprogress = wait;
  line.onerror = fail;
  line.onload = function () {
    var isWhole = line.status === 200 && line.responseText.slice(-END.length - 2).indexOf(END) >= 0;
    end(isWhole ? "" : "cut");
  };
  line.send();
  wait();
}

// Calls `done(reason)`: "cut", or "unable" where the script came whole and does not run here.
/** @type {Loader["load"]} */
function load(address, isThere, done) {
  if (isThere()) {
    done("");
    return;
  }
  arrive(address, function (reason, own) {
    if (reason) done(reason);
    else run(own, isThere, done);
  });
}

/** @type {Loader["load"]} */
function run(own, isThere, done) {
  var script = document.createElement("script");
  var isOver = false;
  /** @param {string} reason */
  function end(reason) {
    if (isOver) return;
    isOver = true;
    done(reason);
  }
  script.src = own;
  script.onerror = function () {
    end("cut");
  };
  script.onload = function () {
    if (isThere()) end("");
    // Something else may have come in its place meanwhile.
    else
      arrive(own, function (reason) {
        end(reason || "unable");
      });
  };
  // What comes later all the same is there when it is next asked for.
  setTimeout(script.onerror, SILENCE);
  document.head.appendChild(script);
}

window.DengshaoLoad = { arrive: arrive, load: load };

/** @type {(own: Element, form: Element) => void} */
function hold(own, form) {
  var send = /** @type {HTMLButtonElement} */ (form.querySelector("[data-send]"));
  var offer = /** @type {HTMLElement} */ (form.querySelector(".plain-offer"));
  var taker = /** @type {string} */ (own.getAttribute("data-taker"));
  var isLoading = false;
  var isPressed = false;

  function isTaken() {
    return form.hasAttribute("data-taken");
  }

  function tell() {
    /** @type {HTMLElement} */
    var told = form.querySelector(".cut") || document.createElement("p");
    told.className = "notice notice--danger cut";
    told.setAttribute("role", "alert");
    told.tabIndex = -1;
    told.textContent = own.getAttribute("data-cut");
    /** @type {Node} */ (send.parentNode).insertBefore(told, send);
    told.focus();
  }

  /** @param {string} reason */
  function taken(reason) {
    var was = isPressed;
    isLoading = isPressed = false;
    if (reason === "unable") {
      offer.hidden = false;
      offer.focus();
    } else if (was && reason) {
      tell();
    } else if (was) {
      send.click();
    }
  }

  function again() {
    if (isLoading) return;
    isLoading = true;
    load(taker, isTaken, taken);
  }

  // The one press that leads the plain way. What the browser posts by itself is lost with the line.
  function yes() {
    arrive(taker, function (reason) {
      if (reason) {
        tell();
        return;
      }
      form.setAttribute("data-yes", "");
      send.click();
      form.removeAttribute("data-yes");
    });
  }

  function touch() {
    if (!isTaken()) again();
  }

  form.addEventListener("submit", function (event) {
    if (isTaken() || form.hasAttribute("data-yes")) return;
    event.preventDefault();
    isPressed = true;
    again();
  });
  form.addEventListener("focusin", touch);
  /** @type {Element} */ (offer.querySelector("[data-plain]")).addEventListener("click", yes);
  Array.prototype.forEach.call(document.querySelectorAll(".unloaded"), function (note) {
    note.hidden = true;
  });
  send.disabled = send.hidden = false;
  isLoading = true;
  run(taker, isTaken, taken);
}

var own = /** @type {Element} */ (document.querySelector("script[data-holds]"));
var held = document.getElementById(/** @type {string} */ (own.getAttribute("data-holds")));
if (held) hold(own, held);
