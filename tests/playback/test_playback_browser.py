"""Chromium plays downloads and, with hls.js, playlists across changes and gaps."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from media_footage import Footage, without_sets
from playback_coverer import LocalCoverer, somebody
from playback_street import MAIN, START_US, Street
from playwright.sync_api import Page, sync_playwright

from farola.gate import PlaybackSource
from farola.model import Rendition, Span

pytestmark = [pytest.mark.browser, pytest.mark.peer]
Get = Callable[..., Footage]
SECOND_US = 1_000_000
CLIP_TICKS = 3 * 90_000
HLS_JS = Path(__file__).parents[2] / "console/node_modules/hls.js/dist/hls.min.js"

PAGE = """<video id=video muted></video><script src=hls.min.js></script><script>
const seen = {sizes: [], wall: [], errors: [], ended: false, frames: 0};
const video = document.getElementById('video');
video.onresize = () => seen.sizes.push(video.videoWidth);
video.onended = () => { seen.frames = video.getVideoPlaybackQuality().totalVideoFrames;
                        seen.ended = true; };
video.onerror = () => seen.errors.push(video.error.message);
function playHls(url) {
  const hls = new Hls();
  hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) seen.errors.push(data.details); });
  hls.on(Hls.Events.FRAG_CHANGED, () => seen.wall.push(hls.playingDate?.getTime()));
  hls.loadSource(url); hls.attachMedia(video); video.play();
}
</script>"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@contextmanager
def page_over(folder: Path) -> Iterator[Page]:
    (folder / "index.html").write_text(PAGE)
    (folder / "hls.min.js").write_bytes(HLS_JS.read_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
            yield page
            browser.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def street_with_changes(street: Street, footage: Get) -> Span:
    """Three seconds small, three large in the same run, a minute of nothing, three small."""
    small = without_sets(footage("h264-b"))
    large = without_sets(footage("h264", "640x360"))
    first = street.begin_run(START_US)
    street.segment(small, first, START_US, 500_000)
    street.segment(large, first, START_US + 3 * SECOND_US, 500_000 + CLIP_TICKS)
    second = street.begin_run(START_US + 60 * SECOND_US)
    street.segment(small, second, START_US + 60 * SECOND_US, 0)
    return Span(START_US, START_US + 120 * SECOND_US)


both = pytest.mark.parametrize("rendition", list(Rendition))


def rendition_of(street: Street, rendition: Rendition) -> PlaybackSource:
    if rendition is Rendition.ORIGINAL:
        return street.playback
    return street.redacted(LocalCoverer(somebody))


@both
def test_chromium_plays_a_download_across_a_change_of_size(
    rendition: Rendition, footage: Get, street: Street, tmp_path: Path
) -> None:
    span = street_with_changes(street, footage)
    folder = tmp_path / "www"
    folder.mkdir()
    source = rendition_of(street, rendition)
    data = b"".join(source.clip(street.camera.id, MAIN, span).chunks)
    (folder / "clip.mp4").write_bytes(data)
    with page_over(folder) as page:
        page.evaluate("video.src = 'clip.mp4'; video.playbackRate = 2; video.play()")
        page.wait_for_function("seen.ended || seen.errors.length", timeout=60_000)
        seen = page.evaluate("seen")
    assert seen["errors"] == []
    # The first size is told before any picture, and need not be the first picture's.
    assert seen["sizes"][-3:] == [320, 640, 320]
    assert seen["frames"] >= 220


@both
def test_chromium_with_hls_js_plays_across_changes_and_gaps(
    rendition: Rendition, footage: Get, street: Street, tmp_path: Path
) -> None:
    span = street_with_changes(street, footage)
    folder = tmp_path / "www"
    folder.mkdir()
    source = rendition_of(street, rendition)
    street.save(source.playlist(street.camera.id, MAIN, span), folder, source)
    with page_over(folder) as page:
        page.evaluate("playHls('playback.m3u8')")
        page.wait_for_function("seen.ended || seen.errors.length", timeout=60_000)
        seen = page.evaluate("seen")
    assert seen["errors"] == []
    assert seen["sizes"] == [320, 640, 320]
    assert seen["frames"] >= 220
    told = [round((wall - START_US // 1000) / 1000) for wall in seen["wall"]]
    assert told == (
        [0, 3, 60] if rendition is Rendition.ORIGINAL else [0, 1, 2, 3, 4, 5, 60, 61, 62]
    )
