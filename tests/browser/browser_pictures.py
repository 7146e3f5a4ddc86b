"""Whether pictures are really shown, as the page itself can tell."""

from playwright.sync_api import Locator, Page

LIVE = "article.tile[data-state=live]"
TILES = 4

# Brightness of a video's or canvas's picture on a 64 x 36 grid: mean and spread.
_BRIGHTNESS = """(shown) => {
  const canvas = document.createElement('canvas');
  canvas.width = 64; canvas.height = 36;
  const context = canvas.getContext('2d');
  context.drawImage(shown, 0, 0, 64, 36);
  const data = context.getImageData(0, 0, 64, 36).data;
  const grey = [];
  for (let at = 0; at < data.length; at += 4) {
    grey.push((data[at] + data[at + 1] + data[at + 2]) / 3);
  }
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  const spread = Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length);
  return [mean, spread];
}"""


def assert_picture(shown: Locator) -> None:
    """The video or canvas shows more than one grey, black or white plane."""
    mean, spread = shown.evaluate(_BRIGHTNESS)
    assert 10 < mean < 245
    assert spread > 8


def live_frames(page: Page) -> list[int]:
    """How many pictures each live tile has presented since its stream began."""
    return [int(tile.get_attribute("data-frames") or 0) for tile in page.locator(LIVE).all()]


def wait_live(page: Page, frames: int, tiles: int = TILES) -> None:
    """Until so many tiles are live and each has presented that many pictures."""
    page.wait_for_function(
        "([selector, tiles, frames]) => [...document.querySelectorAll(selector)]"
        ".filter((tile) => Number(tile.dataset.frames) >= frames).length >= tiles",
        arg=[LIVE, tiles, frames],
        timeout=60_000,
    )


def stage_number(page: Page, name: str) -> int:
    """A number that the timeline's stage tells: `frames`, `wall-us`, `scrub-us`."""
    return int(page.locator(".stage").get_attribute(f"data-{name}") or 0)


def wait_stage(page: Page, test: str, arg: object = None) -> None:
    """Until a JavaScript condition of `data` (the stage's own) and `arg` holds."""
    page.wait_for_function(
        f"(arg) => {{ const data = document.querySelector('.stage')?.dataset ?? {{}};"
        f" return {test}; }}",
        arg=arg,
    )
