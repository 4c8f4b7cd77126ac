"""Taking the next, handing it on to a colleague, and ending it, in two real browsers."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import say
from tests.browser.test_console import empty_queue, lan, minh

__all__ = ["empty_queue", "lan", "minh"]


def test_next_is_taken_handed_on_and_ended_without_leaving_the_page(
    lan: Page, minh: Page, chat: Page
) -> None:
    lan.click("#next")
    expect(lan.locator("#trouble")).to_contain_text("không có ai đang chờ")
    lan.click("#trouble button")
    say(chat, "Em muốn gặp người thật")
    expect(chat.locator("#status")).to_have_attribute("data-by", "queue")
    lan.click("#next")
    expect(lan.locator("#answer-text")).to_be_visible()
    expect(lan).to_have_url(re.compile("/console/cases/"))

    lan.click("#transfer")
    lan.fill("#hand-area", "xyzt")
    lan.click("#hand-confirm")
    expect(lan.locator("#transfer-dialog [data-refused]")).to_contain_text("Không tìm ra")
    lan.fill("#hand-area", "")
    lan.locator("#hand-to option", has_text="Minh").wait_for(state="attached")
    lan.select_option("#hand-to", label="Minh (đang trực)")
    lan.fill("#hand-note", "em này ngại nói chuyện")
    lan.click("#hand-confirm")
    expect(lan.locator("#case")).to_have_attribute("data-state", "waiting")
    card = minh.locator("[data-part=waiting] [data-card]")
    expect(card).to_contain_text("Chuyển cho bạn")
    expect(card).to_contain_text("Lời dặn: em này ngại nói chuyện")

    minh.click("#next")
    expect(minh.locator("#answer-text")).to_be_visible()
    say(chat, "em uong ca vi thuoc roi, em muon chet")
    expect(minh.locator("#lines .alarm").last).to_be_visible()
    minh.click("#close")
    minh.click("#close-confirm")
    expect(minh.locator("#close-dialog")).to_be_visible()
    minh.select_option("#outcome", "danger_handled")
    minh.click("#close-confirm")
    expect(minh.locator("#refused")).to_contain_text("chưa ai viết")
    minh.fill("#answer-text", "Chị đây, em đang ở đâu?")
    minh.click("#send-answer")
    expect(minh.locator('.line[data-author="counsellor"]')).to_have_count(1)
    minh.click("#close")
    minh.select_option("#outcome", "danger_handled")
    minh.click("#close-confirm")
    expect(chat.locator("#status")).to_have_attribute("data-by", "bot")
