// Two aids for a receipt that is on the page: it is read aloud digit by digit by a voice that lives in
// this device, and a day to come back is put into the calendar. Nothing of either leaves the device.
(function () {
  "use strict";
  var speech = window.speechSynthesis;
  var language = document.documentElement.lang.slice(0, 2);
  var PAUSE = 350;
  var DAY = 24 * 60 * 60 * 1000;
  // Asia/Shanghai, as everywhere here.
  var ZONE = 8 * 60 * 60 * 1000;

  function findVoice() {
    return speech.getVoices().filter(function (voice) {
      return voice.localService && voice.lang.slice(0, 2).toLowerCase() === language;
    })[0];
  }

  /** @param {HTMLElement} part */
  function listen(part) {
    var button = /** @type {HTMLElement} */ (part.querySelector("button"));
    var start = button.textContent;
    /** @type {{ words: string, group: Element }[]} */
    var queue = [];
    // Tells the ends of a reading that was stopped from those of the present one.
    var turn = 0;
    var reading = false;
    /** @type {Element | null} */
    var shown = null;

    function mark(/** @type {Element | null} */ group) {
      if (shown) shown.classList.remove("reading");
      shown = group;
      if (group) group.classList.add("reading");
    }

    function stop() {
      turn += 1;
      queue = [];
      reading = false;
      speech.cancel();
      mark(null);
      button.textContent = start;
    }

    // "Group 2", and then each digit as a word of its own, so that no voice makes a number of them.
    function fillQueue() {
      var groups = document.querySelectorAll("#receipt > li");
      Array.prototype.forEach.call(groups, function (group, i) {
        var name = String(part.getAttribute("data-group")).replace("{n}", String(i + 1));
        [name].concat(group.textContent.replace(/\D/g, "").split("")).forEach(function (words) {
          queue.push({ words: words, group: group });
        });
      });
    }

    function readNext() {
      var next = queue.shift();
      var voice = findVoice();
      var mine = turn;
      if (!next || !voice || !document.getElementById("receipt")) return stop();
      var words = new window.SpeechSynthesisUtterance(next.words);
      words.voice = voice;
      words.lang = voice.lang;
      words.rate = 0.8;
      words.onend = words.onerror = function () {
        setTimeout(function () {
          if (mine === turn) readNext();
        }, PAUSE);
      };
      mark(next.group);
      speech.speak(words);
    }

    function show() {
      part.hidden = !findVoice();
    }

    button.addEventListener("click", function () {
      if (reading) return stop();
      reading = true;
      button.textContent = button.getAttribute("data-stop");
      fillQueue();
      readNext();
    });
    document.addEventListener("leave", stop);
    window.addEventListener("pagehide", stop);
    if (speech.addEventListener) speech.addEventListener("voiceschanged", show);
    show();
  }

  /** @param {number} days */
  function plainDay(days) {
    var at = new Date(Date.now() + ZONE + days * DAY);
    return at.toISOString().slice(0, 10).replace(/-/g, "");
  }

  function newName() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map
      .call(bytes, function (byte) {
        return (byte + 256).toString(16).slice(1);
      })
      .join("");
  }

  // The link of the page asks the server for the same file; here it is made instead.
  /** @param {HTMLAnchorElement} link */
  function makeCalendar(link) {
    var text = String(link.getAttribute("data-calendar"))
      .replace(/\r?\n/g, "\r\n")
      .replace("{uid}", newName())
      .replace(/\{day\}/g, plainDay(7))
      .replace("{next}", plainDay(8));
    link.href = URL.createObjectURL(new Blob([text], { type: "text/calendar" }));
  }

  var part = document.querySelector("[data-listen]");
  // What came later than the receipt calls this once more (form/aids.js).
  if (part && speech && window.SpeechSynthesisUtterance && !part.hasAttribute("data-bound")) {
    part.setAttribute("data-bound", "");
    listen(/** @type {any} */ (part));
  }
  var link = document.querySelector("[data-calendar]");
  if (link && "download" in link && window.crypto && window.URL && window.Blob)
    makeCalendar(/** @type {any} */ (link));
})();
