"""What people write, shown as nodes and never as markup."""

from typing import TYPE_CHECKING

import discord
import pytest
from discord import ui
from playwright.async_api import expect

from imgoe_bot.discordsim import Upload
from imgoe_bot.discordsim.actions.events import emit_message

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot
    from tests.discordsim.page.conftest import Open

pytestmark = pytest.mark.browser


async def test_what_people_write_is_never_markup(open_page: "Open", harness: "Harness") -> None:
    page = await open_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    await harness.bob.say(
        harness.memes,
        "<img src=x onerror=alert(1)> <script>alert(2)</script> [x](javascript:alert(3)) "
        "**<b>bold</b>** [safe](https://example.org)",
        [Upload("<img src=x onerror=alert(4)>.html", b"<script>alert(5)</script>")],
    )

    text = page.get_by_test_id("message-text")
    await expect(text).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(text.locator("img, script, b")).to_have_count(0)
    await expect(text.get_by_role("link")).to_have_count(1)
    await expect(text.locator("strong")).to_have_text("<b>bold</b>")


SPOILER = (
    '<p><span class="spoiler" role="button" tabindex="0" aria-label="Spoiler, press to show">'
    '<span class="spoiler-inner" inert=""><strong>a</strong> <code>b</code></span></span>!</p>'
)
MARKDOWN = [
    ("**a** *b* __c__ ~~d~~", "<p><strong>a</strong> <em>b</em> <u>c</u> <s>d</s></p>"),
    ("***both***", "<p><strong><em>both</em></strong></p>"),
    ("snake_case_name stays", "<p>snake_case_name stays</p>"),
    ("_it_ is", "<p><em>it</em> is</p>"),
    ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
    (r"\*not\*", "<p>*not*</p>"),
    (r"\! \. \- \= \\ \é", "<p>! . - = \\ é</p>"),
    (r"C:\n \1 \a", r"<p>C:\n \1 \a</p>"),
    (r"**IMG\_1\*** and __a\___", "<p><strong>IMG_1*</strong> and <u>a_</u></p>"),
    (r"¯\_(ツ)_/¯", r"<p>¯\_(ツ)_/¯</p>"),
    (r"`a\_b`", r"<p><code>a\_b</code></p>"),
    (r"\`*a*\`", "<p>`<em>a</em>`</p>"),
    ("``` a ` b", "<p>``` a ` b</p>"),
    ("`` `a` ``", "<p><code>`a`</code></p>"),
    ("a ``` b\nc", "<p>a ``` b<br>c</p>"),
    ("``` b\nc", "<p>``` b<br>c</p>"),
    (r"\```x```", "<p>```x```</p>"),
    ("`a ``` b` ``` c", "<p><code>a ``` b</code> ``` c</p>"),
    ("```js```", '<pre tabindex="0"><code>js</code></pre>'),
    ("```c++\n\n\\_x\n\n```", '<pre tabindex="0"><code>\\_x</code></pre>'),
    ("``````", "<p>``````</p>"),
    ("||**a** `b`||!", SPOILER),
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
    open_page: "Open", harness: "Harness"
) -> None:
    evil = b"<title>still</title><script>document.title = 'ran'</script>"
    await harness.bob.say(harness.memes, "", [Upload("evil.html", evil, "text/html")])
    page = await open_page()

    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="evil.html").click()
    opened = await opening.value
    await opened.wait_for_load_state()

    assert await opened.title() == "still"


NAME = r"IMG\_2034\_x.jpg"


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:9/view"])
async def test_a_title_shows_marks_and_escapes_as_discord_does(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness", url: str | None
) -> None:
    page = await open_page()
    title = rf"{NAME} **b** `c\_d` [e](https://f.example) <@5> https\://g.example"

    await bot.get_partial_messageable(harness.memes.id).send(
        embed=discord.Embed(title=title, url=url)
    )

    shown = page.locator(".embed-title")
    await expect(shown).to_have_text(
        r"IMG_2034_x.jpg b c\_d [e](https://f.example) <@5> https://g.example"
    )
    await expect(shown.locator("strong")).to_have_text("b")
    await expect(shown.locator("code")).to_have_text(r"c\_d")
    await expect(shown.get_by_role("link")).to_have_count(0 if url is None else 1)


async def test_each_place_in_an_embed_renders_what_discord_renders_there(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    page = await open_page()
    embed = discord.Embed(title="x", description=f"**{NAME}** https://a.example")
    embed.set_author(name=NAME).set_footer(text=f"*{NAME}*")
    embed.add_field(name=f"*{NAME}* <@5>", value=f"**{NAME}** <@5>")

    await bot.get_partial_messageable(harness.memes.id).send(embed=embed)

    await expect(page.locator(".embed-author")).to_have_text(NAME)
    await expect(page.locator(".embed-footer")).to_have_text(f"*{NAME}*")
    await expect(page.locator(".embed-text strong")).to_have_text("IMG_2034_x.jpg")
    await expect(page.locator(".embed-text").get_by_role("link")).to_have_count(1)
    await expect(page.locator(".fields dt em")).to_have_text("IMG_2034_x.jpg")
    await expect(page.locator(".fields dt")).to_contain_text("<@5>")
    await expect(page.locator(".fields dd")).to_have_text("IMG_2034_x.jpg @unknown person")


async def test_labels_show_their_marks_and_texts_of_layouts_render_them(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    page = await open_page()
    view = ui.LayoutView()
    button: ui.Button[ui.LayoutView] = ui.Button(label=NAME, custom_id="x")
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(button)
    view.add_item(ui.TextDisplay(f"**[{NAME}](<https://a.example/x>)**")).add_item(row)

    await bot.get_partial_messageable(harness.memes.id).send(view=view)

    await expect(page.get_by_test_id("component-button")).to_have_text(NAME)
    await expect(page.locator(".text-display a")).to_have_text("IMG_2034_x.jpg")


async def test_who_hears_a_thumb_hears_its_name_without_escapes(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    page = await open_page()
    embed = discord.Embed(title=NAME).set_thumbnail(url=f"{harness.sim.cdn_url}/none.png")

    await bot.get_partial_messageable(harness.memes.id).send(embed=embed)

    await expect(page.get_by_role("img", name="IMG_2034_x.jpg can't be shown")).to_be_visible()


async def test_a_preview_of_what_a_spoiler_hides_is_covered_until_it_is_pressed(
    open_page: "Open", bot: "ScriptedBot", harness: "Harness"
) -> None:
    page = await open_page()
    message = await harness.bob.say(harness.memes, "||http://127.0.0.1:9/a|| http://127.0.0.1:9/b")
    for name in "ab":
        message.embeds.append({"type": "link", "url": f"http://127.0.0.1:9/{name}", "title": name})
    emit_message(harness.sim.world, "MESSAGE_UPDATE", message)

    await expect(page.get_by_test_id("embed")).to_have_count(2)
    await expect(page.locator(".covered .embed-title")).to_have_text("a")
    await page.get_by_role("button", name="Spoiler").last.click()

    await expect(page.locator(".covered.is-shown .embed-title")).to_have_text("a")
