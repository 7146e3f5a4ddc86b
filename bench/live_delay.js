// Collects what the wall's tiles tell of each picture that they present: how long after the camera's
// picture that was, and how much of it is covered.
(() => {
  const measured = { presented: [], covers: [], on: false };
  window.liveDelay = measured;
  const last = new WeakMap();
  setInterval(() => {
    for (const tile of document.querySelectorAll('article.tile[data-frames]')) {
      const { frames, delayMs, cover } = tile.dataset;
      if (last.get(tile) === frames || delayMs === undefined) continue;
      last.set(tile, frames);
      if (!measured.on) continue;
      measured.presented.push(Number(delayMs));
      measured.covers.push(cover ?? '');
    }
  }, 15);
})();
