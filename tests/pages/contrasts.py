"""How well every text of a page can be read: its contrast, in light and in dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from playwright.async_api import Page

LEAST_CONTRAST = 4.5
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
CONTRASTS = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const parts = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((part) => part / 255).map(
            (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let one = element; one !== null; one = one.parentElement) {
            const [r, g, b, alpha] = parts(getComputedStyle(one).backgroundColor);
            if (alpha === 255) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (texts.currentNode.data.trim() === "" || !element.checkVisibility()) continue;
        if (element.closest(".unseen, [disabled], noscript, .skip, option") !== null) continue;
        const ink = getComputedStyle(element)[element.closest("svg") === null ? "color" : "fill"];
        const one = luminance(parts(ink).slice(0, 3));
        const other = luminance(behind(element));
        const [light, dark] = one > other ? [one, other] : [other, one];
        const ratio = (light + 0.05) / (dark + 0.05);
        found.push([ratio, texts.currentNode.data.trim(), element.outerHTML]);
    }
    return found.sort((one, other) => one[0] - other[0]);
}"""


async def readable(page: Page) -> int:
    """Check each text that is shown, in both schemes; return how many there are."""
    count = 0
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        found = await page.evaluate(CONTRASTS)
        count = len(found)
        assert count >= 4
        ratio, text, where = found[0]
        assert ratio >= LEAST_CONTRAST, (scheme, ratio, text, where)
    return count
