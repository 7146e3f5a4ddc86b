// Measures the delay from a camera to the screen. The simulator puts its send time into every
// picture (farola.sim.stamp); what the live sockets bring is read for it, and each tile's video
// tells which picture it presents when. One machine, so one clock.
(() => {
  const UUID = [0x6e, 0x9d, 0x5b, 0x0c, 0x7a, 0x41, 0x4f, 0x1e, 0x9c, 0x83, 0xfa, 0x20];
  const UUID_BYTES = 16;
  const DIGITS = 16;
  const TICKS = 90_000;
  const wallMs = (at) => performance.timeOrigin + at;
  const cameras = new Map();
  const measured = { arrival: [], presented: [], unmatched: 0, on: false };
  window.liveDelay = measured;

  function decodeTicks(view) {
    // The fourcc is looked for, not the box tree walked: prft and moof precede any picture.
    for (let at = 0; at + 20 < Math.min(400, view.byteLength); at += 1) {
      if (view.getUint32(at) !== 0x74666474) continue; // tfdt
      return view.getUint8(at + 4) === 1 ? Number(view.getBigUint64(at + 8)) : view.getUint32(at + 8);
    }
    return null;
  }

  function stampUs(bytes) {
    const last = Math.min(bytes.length, 4096) - UUID_BYTES - DIGITS;
    for (let at = 0; at < last; at += 1) {
      if (!UUID.every((byte, index) => bytes[at + index] === byte)) continue;
      return Number(String.fromCharCode(...bytes.subarray(at + UUID_BYTES, at + UUID_BYTES + DIGITS)));
    }
    return null;
  }

  function take(camera, data, nowMs) {
    const ticks = decodeTicks(new DataView(data));
    const stamp = stampUs(new Uint8Array(data));
    if (ticks === null || stamp === null) return;
    // The console's player lays the first picture at nought.
    if (!cameras.has(camera)) cameras.set(camera, { first: ticks, pictures: [] });
    const { first, pictures } = cameras.get(camera);
    pictures.push({ mediaS: (ticks - first) / TICKS, stamp });
    if (pictures.length > 500) pictures.splice(0, 250);
    if (measured.on) measured.arrival.push(wallMs(nowMs) - stamp / 1000);
  }

  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      const camera = /cameras\/([^/]+)\/live/.exec(this.url)?.[1];
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') take(camera, data, performance.now());
      });
    }
  };

  const watched = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll('article.tile video')) {
      if (watched.has(video)) continue;
      watched.add(video);
      const { camera } = video.closest('article').dataset;
      const onFrame = (_now, frame) => {
        video.requestVideoFrameCallback(onFrame);
        if (!measured.on) return;
        const known = cameras.get(camera)?.pictures ?? [];
        const picture = known.findLast(({ mediaS }) => Math.abs(mediaS - frame.mediaTime) < 0.01);
        if (!picture) measured.unmatched += 1;
        else measured.presented.push(wallMs(frame.expectedDisplayTime) - picture.stamp / 1000);
      };
      video.requestVideoFrameCallback(onFrame);
    }
  }, 100);
})();
