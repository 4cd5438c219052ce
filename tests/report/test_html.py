from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from simulator.report import write_html
from simulator.report.html import render
from simulator.score import Example, Scorecard, score
from tests.score import hand

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = '"><script>document.title="owned"</script><img src=x onerror=alert(1)>\x1b[0m'


class Page(HTMLParser):
    """Collects tags with their attributes, and holds every tag that is opened to being closed in order."""

    VOID = frozenset({"meta", "br", "rect", "img", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text += data


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return score(hand.alerts(), hand.stream())


def test_the_page_says_what_the_scorecard_says(card: Scorecard, tmp_path: Path) -> None:
    write_html(card, tmp_path / "report.html")
    text = Page((tmp_path / "report.html").read_text()).text
    for said in (
        "10 hosts, 2 days; seed 7",
        "misses all 3 with binary=renamed",
        "all false cases (2) come from backup",
        "33 %",
        "the record is cut short",
        "no scenario of the stream names the rule",
        "could not run: no such function",
        "nothing known to be theirs: 1",
    ):
        assert said in " ".join(text.split()), said


def test_the_page_needs_nothing_else(card: Scorecard) -> None:
    text = render(card)
    page = Page(text)
    for tag, attributes in page.tags:
        assert tag not in {"link", "img", "iframe", "object"}
        for name in ("src", "href", "action", "data"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert not re.search(r"url\(|@import|https?://", text)


def test_every_link_leads_somewhere_and_no_id_stands_twice(card: Scorecard) -> None:
    page = Page(render(card))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["href"] for _, attributes in page.tags if "href" in attributes} <= {f"#{name}" for name in ids}


def hostile(card: Scorecard) -> str:
    rules = tuple(
        replace(rule, id=HOSTILE, title=HOSTILE, path=HOSTILE, level=HOSTILE, tables=(HOSTILE,), failure=HOSTILE)
        for rule in card.rules
    )
    scenarios = tuple(replace(one, id=HOSTILE, title=HOSTILE, techniques=(HOSTILE,)) for one in card.scenarios)
    reading = {**card.reading, "examples": [{"file": HOSTILE, "record": 1, "reason": HOSTILE}], "events": {HOSTILE: 1}}
    example = Example("false", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, {HOSTILE: HOSTILE})
    return render(replace(card, rules=rules, scenarios=scenarios, reading=reading), {HOSTILE: (example,)})


def test_text_of_events_and_rules_is_escaped(card: Scorecard) -> None:
    text = hostile(card)
    page = Page(text)
    assert sum(tag == "script" for tag, _ in page.tags) == 1, "our own, and no other"
    assert not any(tag == "img" for tag, _ in page.tags)
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "\x1b" not in text
    assert "<script>document.title" in page.text


def test_logs_without_truth_and_empty_scorecards_have_a_page_too(card: Scorecard) -> None:
    assert "there is no truth beside these logs" in Page(render(score(hand.alerts(), hand.without_truth()))).text
    assert "Rules" in Page(render(replace(card, rules=(), scenarios=(), techniques=()))).text


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to look at the page with")
def test_a_browser_shows_it_runs_nothing_foreign_and_sorts(card: Scorecard, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    (tmp_path / "hostile.html").write_text(hostile(card))
    write_html(card, tmp_path / "report.html")
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
    command = [CHROMIUM, *flags.split(), "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}"]

    def look(page: str, *options: str) -> str:
        done = subprocess.run(
            [*command, *options, (tmp_path / page).as_uri()], capture_output=True, text=True, timeout=120, check=True
        )
        assert "Refused to" not in done.stderr
        return done.stdout

    assert "<title>Sparring scorecard</title>" in look("hostile.html", "--dump-dom")
    assert 'tabindex="0"' in look("report.html", "--dump-dom"), "our own script ran under its policy"
    unguarded = re.sub(r"<meta http-equiv=[^>]*>", "", render(card))
    click = "<script>document.querySelectorAll('th[data-sort]')[4].click()</script></body>"
    (tmp_path / "sorted.html").write_text(unguarded.replace("</body>", click))
    rules = re.findall(r'<td class="text title" data-value="([^"]*)"', look("sorted.html", "--dump-dom"))
    assert rules == ["Rclone runs", "Browser &lt;b&gt;starts&lt;/b&gt;", "Look-up of MEGA", "A broken rule"]
    look("report.html", f"--screenshot={tmp_path / 'page.png'}", "--window-size=1280,2400")
    assert (tmp_path / "page.png").stat().st_size > 50_000, "more than an empty page"
