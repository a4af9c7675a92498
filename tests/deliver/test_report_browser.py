"""report.html in a headless Chromium: nothing is fetched, nothing overflows, and every text can be read, light and dark."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.deliver import report_cases
from tests.deliver.report_cases import Case

WIDTHS = (320, 360, 768, 1280)
CONTRAST = 4.5
"""What WCAG 2.2 asks of text (1.4.3)."""

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip

MEASURE = r"""
addEventListener('load', () => setTimeout(() => {
const told = {width: innerWidth, dark: matchMedia('(prefers-color-scheme: dark)').matches, contrast: [], over: [],
  fetched: performance.getEntriesByType('resource').map(one => one.name), texts: 0};
const root = document.documentElement;
told.page = [root.scrollWidth, root.clientWidth];
const parse = text => { const found = text.match(/[\d.]+/g).map(Number);
  return found.length > 3 ? found : [...found, 1]; };
const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3])).concat(1);
const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
const contrast = (a, b) => { const [x, y] = [light(a), light(b)]; return (Math.max(x, y) + .05) / (Math.min(x, y) + .05); };
const ground = element => { const layers = [];
  for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]); };
const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement, said = walker.currentNode.data.trim();
  if (!said || e.closest('title, desc, script')) continue;
  const drawn = e.closest('svg'), style = getComputedStyle(e), box = e.getBoundingClientRect();
  const grounds = [ground(drawn ? drawn.parentElement : e)];
  if (drawn) for (const rect of drawn.querySelectorAll('rect'))
    if (meet(rect.getBoundingClientRect(), box)) grounds.push(parse(getComputedStyle(rect).fill));
  const colour = parse(drawn ? style.fill : style.color);
  told.texts += 1;
  for (const one of grounds) if (contrast(over(colour, one), one) < CONTRAST)
    told.contrast.push([said.slice(0, 40), contrast(over(colour, one), one)]);
  const frame = drawn ? drawn.getBoundingClientRect() : {left: 0, right: root.clientWidth};
  if (!e.closest('.scroll, .unseen, .skip') && (box.left < frame.left - 1 || box.right > frame.right + 1))
    told.over.push([said.slice(0, 40), box.left, box.right, frame.right]);
}
for (const e of document.querySelectorAll('p, li, dd, dt, h1, h2, h3, h4, figcaption, article'))
  if (!e.closest('.scroll') && e.scrollWidth > e.clientWidth + 1) told.over.push([e.tagName, e.scrollWidth, e.clientWidth]);
parent.postMessage(JSON.stringify(told), '*');
}, 100));
"""

FRAME = """<!DOCTYPE html><html><body style="margin:0"><script>
addEventListener('message', event => { const kept = document.createElement('pre');
  kept.id = 'measured'; kept.textContent = event.data; document.body.append(kept); });
</script><iframe src="copy.html" style="border:0;width:WIDTHpx;height:900px"></iframe></body></html>"""
"""A window is never narrower than 500 pixels, a frame is."""


@pytest.fixture(scope="module")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("there is no Chromium here to open the report in")


@pytest.fixture(scope="module")
def orders(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return report_cases.orders(tmp_path_factory.mktemp("orders"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A web server of this machine that hands out the test's folder and keeps what it was asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Shop(tmp_path, f"http://127.0.0.1:{server.server_port}", asked)
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Shop:
    folder: Path
    address: str
    asked: list[str]


def run(chromium: str, folder: Path, *arguments: str) -> str:
    command = [chromium, *QUIET, f"--user-data-dir={folder / 'profile'}", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def measured(chromium: str, shop: Shop, page: str, width: int, dark: bool = False) -> dict[str, Any]:
    """What a copy of the page without its policy, and with the measuring script, finds of itself."""
    copy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    script = MEASURE.replace("CONTRAST", str(CONTRAST))
    whole = copy.replace("</body>", f"<script>{script}</script></body>")
    (shop.folder / "copy.html").write_text(whole, encoding="utf-8")
    (shop.folder / "frame.html").write_text(FRAME.replace("WIDTH", str(width)), encoding="utf-8")
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    window, address = "--window-size=1400,1000", f"{shop.address}/frame.html"
    dumped = run(chromium, shop.folder, scheme, window, "--virtual-time-budget=3000", "--dump-dom", address)
    found = re.search(r'<pre id="measured">(.*?)</pre>', dumped, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_can_be_read(chromium: str, orders: Case, shop: Shop, width: int, dark: bool) -> None:
    told = measured(chromium, shop, orders.page(), width, dark)
    assert told["width"] == width
    assert told["dark"] is dark
    assert told["texts"] > 300
    assert told["page"][0] <= told["page"][1]
    assert told["over"] == []
    assert told["contrast"] == []
    assert told["fetched"] == []
    assert {Path(path).name for path in shop.asked} <= {"frame.html", "copy.html", "favicon.ico"}


def test_the_measure_finds_what_is_wrong(chromium: str, shop: Shop) -> None:
    """A page that is too wide, hard to read and fetches something is told from one that is not."""
    wrong = (
        '<!DOCTYPE html><html><body style="background:#888"><p style="color:#999;width:2000px">grey on grey</p>'
        '<img src="missing.png"></body></html>'
    )
    told = measured(chromium, shop, wrong, 768)
    assert told["page"][0] > told["page"][1]
    assert [said for said, _ in told["contrast"]] == ["grey on grey"]
    assert told["over"]
    assert [Path(name).name for name in told["fetched"]] == ["missing.png"]
    assert "/missing.png" in shop.asked


def test_it_prints(chromium: str, orders: Case, tmp_path: Path) -> None:
    """On paper there are several pages and the contents are left out."""
    file = tmp_path / "report.html"
    file.write_text(orders.page(), encoding="utf-8")
    paper = tmp_path / "report.pdf"
    run(chromium, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={paper}", file.as_uri())
    printed = paper.read_bytes()
    assert printed.startswith(b"%PDF")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 40


def test_the_page_itself_asks_for_nothing_over_the_network(chromium: str, orders: Case, shop: Shop) -> None:
    """The page as it is delivered, followed by a server of our own and by Chromium's log of the network."""
    log = shop.folder / "net.json"
    (shop.folder / "report.html").write_text(orders.page(), encoding="utf-8")
    address = f"{shop.address}/report.html"
    run(chromium, shop.folder, f"--log-net-log={log}", "--virtual-time-budget=2000", "--dump-dom", address)
    assert {*shop.asked} - {"/favicon.ico"} == {"/report.html"}
    events = log.read_text(encoding="utf-8", errors="replace")
    assert "/report.html" in events
    assert "example.com" not in events
