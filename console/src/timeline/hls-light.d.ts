/** The build without alternate audio, subtitles and DRM has the same types as the full one. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
