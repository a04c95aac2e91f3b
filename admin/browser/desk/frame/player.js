// Plays a sound or a film from memory.

// Resolves with what it measures once it can be played, rejects where the browser can't play it.
/**
 * @param {HTMLElement} place
 * @param {{ blob: Blob, view: FileView, words: FrameWords }} file
 * @returns {Promise<Measures>}
 */
export function play(place, { blob, view, words }) {
  const player = /** @type {HTMLVideoElement} */ (
    document.createElement(view === "film" ? "video" : "audio")
  );
  player.controls = true;
  player.preload = "auto";
  player.setAttribute("controlslist", "nodownload noremoteplayback");
  player.setAttribute("aria-label", words[view]);
  if (view === "film") player.disablePictureInPicture = true;
  return new Promise((resolve, reject) => {
    player.addEventListener("error", reject);
    player.addEventListener("loadedmetadata", () =>
      resolve({ width: player.videoWidth || 0, height: player.videoHeight || 0 }),
    );
    player.src = URL.createObjectURL(blob);
    place.append(player);
  });
}
