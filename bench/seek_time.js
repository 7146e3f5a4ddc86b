// Measures the time from asking for a place in a recording to its picture on the screen. The jump
// form's `submit` starts the clock; the stage's `data-wall-us` changes in the video's own frame
// callback, so the first value near the sought second stops it.
(() => {
  const measured = [];
  window.seekTime = measured;
  let started = null;
  let targetUs = 0;

  window.expectSeek = (us) => {
    targetUs = us;
    started = null;
  };
  addEventListener('submit', () => (started = performance.now()), true);

  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const near = Math.abs(Number(target.dataset.wallUs) - targetUs) < 200_000;
      if (started === null || !near) continue;
      measured.push(performance.now() - started);
      started = null;
    }
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-wall-us'] });
})();
