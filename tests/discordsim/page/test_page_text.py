"""What people write, shown as nodes and never as markup."""

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from imgoe_bot.discordsim import Upload

if TYPE_CHECKING:
    from tests.discordsim.conftest import Town
    from tests.discordsim.page.conftest import Open

pytestmark = pytest.mark.browser


async def test_what_people_write_is_never_markup(open_page: "Open", town: "Town") -> None:
    page = await open_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    await town.bob.say(
        town.memes,
        "<img src=x onerror=alert(1)> <script>alert(2)</script> [x](javascript:alert(3)) "
        "**<b>bold</b>** [safe](https://example.org)",
        [Upload("<img src=x onerror=alert(4)>.html", b"<script>alert(5)</script>")],
    )

    text = page.get_by_test_id("message-text")
    await expect(text).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(text.locator("img, script, b")).to_have_count(0)
    await expect(text.get_by_role("link")).to_have_count(1)
    await expect(text.locator("strong")).to_have_text("<b>bold</b>")


MARKDOWN = [
    ("**a** *b* __c__ ~~d~~", "<p><strong>a</strong> <em>b</em> <u>c</u> <s>d</s></p>"),
    ("***both***", "<p><strong><em>both</em></strong></p>"),
    ("snake_case_name stays", "<p>snake_case_name stays</p>"),
    ("_it_ is", "<p><em>it</em> is</p>"),
    ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
    (r"\*not\*", "<p>*not*</p>"),
    ("`*raw*`", "<p><code>*raw*</code></p>"),
    ("``a`b``", "<p><code>a`b</code></p>"),
    ("```py\nx = 1\n```", '<pre tabindex="0"><code>x = 1</code></pre>'),
    ("```\n**raw**\n```", '<pre tabindex="0"><code>**raw**</code></pre>'),
    ("say ```x``` now", '<p>say </p><pre tabindex="0"><code>x</code></pre><p> now</p>'),
    ("> one\n> two\nafter", "<blockquote><p>one<br>two</p></blockquote><p>after</p>"),
    (">>> all\nof it", "<blockquote><p>all<br>of it</p></blockquote>"),
    ("- a\n- **b**", "<ul><li>a</li><li><strong>b</strong></li></ul>"),
    ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
    ("a\nb", "<p>a<br>b</p>"),
    ("# no", '<p class="md-heading md-heading-1" role="heading" aria-level="3">no</p>'),
    ("#no", "<p>#no</p>"),
    ("-# small", '<p class="small">small</p>'),
    ("@everyone", '<p><span class="mention">@everyone</span></p>'),
    ("<@5>", '<p><span class="mention">@unknown person</span></p>'),
    ("**open", "<p>**open</p>"),
    ("", ""),
]


async def test_markdown_becomes_the_nodes_it_should(open_page: "Open") -> None:
    page = await open_page()

    shown = await page.evaluate(
        """async (texts) => {
            const { markdown } = await import("/static/markdown.js");
            return texts.map((text) => markdown(text).map((node) => node.outerHTML).join(""));
        }""",
        [text for text, _ in MARKDOWN],
    )

    assert dict(zip([text for text, _ in MARKDOWN], shown, strict=True)) == dict(MARKDOWN)


LINKS = [
    ("https://a.example/b.", "https://a.example/b"),
    ("(https://a.example/b)", "https://a.example/b"),
    ("https://a.example/b_(c)", "https://a.example/b_(c)"),
    ("<https://a.example/b>", "https://a.example/b"),
    ("[t](<https://a.example/b>)", "https://a.example/b"),
    ('[t](https://a.example/b "title")', "https://a.example/b"),
    ("[t](javascript:alert(1))", None),
    ("[t](data:text/html,x)", None),
]


async def test_links_lead_where_they_say(open_page: "Open") -> None:
    page = await open_page()

    found = await page.evaluate(
        """async (texts) => {
            const { markdown } = await import("/static/markdown.js");
            const link = (text) => markdown(text)[0].querySelector("a")?.getAttribute("href");
            return texts.map((text) => link(text) ?? null);
        }""",
        [text for text, _ in LINKS],
    )

    assert found == [url for _, url in LINKS]


async def test_a_posted_web_page_cannot_act_for_who_opens_it(
    open_page: "Open", town: "Town"
) -> None:
    evil = b"<title>still</title><script>document.title = 'ran'</script>"
    await town.bob.say(town.memes, "", [Upload("evil.html", evil, "text/html")])
    page = await open_page()

    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="evil.html").click()
    opened = await opening.value
    await opened.wait_for_load_state()

    assert await opened.title() == "still"
