"""The bot's own words, apart from articles, screening, places and danger (each has its own home)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Button, Outbound

HUMAN = Button("Gặp người thật", "/human")
NONE_OF_THEM = Button("Không phải mấy điều này", "/none")
MENU = Button("Danh mục", "/menu")
PLACE = Button("Tìm nơi giúp gần bạn", "/place")
SCREEN = Button("Tự kiểm tra", "/screen")
HOTLINE = Button("Số điện thoại cần biết", "/hotline")
TOPICS = Button("Hỏi về cai nghiện, luật", "/topics")

INTRO = (
    "Chào bạn, mình là Điểm Tựa, một trợ lý tự động về phòng ngừa và cai nghiện ma túy. "
    "Bạn không cần cho biết tên. Muốn gặp người thật, bạn nhắn “gặp người thật” bất cứ lúc nào."
)


def menu() -> Outbound:
    return Outbound(
        "Mình có thể giúp bạn những việc này. Bạn chọn một mục, hoặc cứ nhắn câu hỏi nhé.",
        (TOPICS, PLACE, SCREEN, HOTLINE, HUMAN),
    )


def topics(titles: Sequence[tuple[str, str]]) -> Outbound:
    """`titles` are (article key, title)."""
    buttons = tuple(Button(title, f"/answer {key}") for key, title in titles)
    return Outbound("Bạn muốn biết điều gì?", buttons)


def offer(titles: Sequence[tuple[str, str]], *others: Button) -> Outbound:
    """A choice of articles; `others` are further things that may have been meant."""
    buttons = tuple(Button(title, f"/answer {key}") for key, title in titles)
    text = "Mình muốn chắc là hiểu đúng ý bạn. Bạn đang hỏi điều nào?"
    return Outbound(text, (*buttons, *others, NONE_OF_THEM, HUMAN))


def not_found() -> Outbound:
    return Outbound(
        "Mình chưa có câu trả lời chắc chắn cho điều này nên không dám đoán. "
        "Bạn thử hỏi cách khác, xem danh mục, hoặc hỏi người thật nhé.",
        (HUMAN, MENU),
    )


def withheld() -> Outbound:
    return Outbound(
        "Quy định về điều này vừa thay đổi, mình chưa có bản đúng để trả lời. Bạn hỏi tư vấn viên nhé.",
        (HUMAN, MENU),
    )


def only_text() -> Outbound:
    return Outbound(
        "Mình chỉ đọc được chữ. Bạn gõ giúp mình vài chữ nhé, không dấu cũng được.", (HUMAN, MENU)
    )


def too_long() -> Outbound:
    return Outbound(
        "Tin của bạn dài quá, mình không đọc hết được. Bạn gửi lại ngắn hơn, hoặc gặp người thật nhé.",
        (HUMAN, MENU),
    )


SMALL_TALK = {
    "greeting": "Chào bạn. Bạn muốn hỏi gì, hay đang có chuyện cần người nghe?",
    "thanks": "Không có gì đâu bạn. Cần gì cứ nhắn mình nhé.",
    "goodbye": "Chào bạn, giữ gìn sức khỏe nhé. Lúc nào cần, mình vẫn ở đây.",
    "who_are_you": (
        "Mình là Điểm Tựa, một trợ lý tự động, không phải người. Mình trả lời về phòng ngừa, "
        "cai nghiện và hỗ trợ sau cai, theo luật đang áp dụng. Bạn có thể gặp người thật bất cứ lúc nào."
    ),
    "insult": (
        "Mình nghe bạn đang bực. Nếu mình làm bạn khó chịu, mình xin lỗi. "
        "Bạn có muốn nói chuyện với người thật không?"
    ),
    "off_topic": (
        "Chuyện này ngoài phần mình biết. Mình giúp được về phòng ngừa ma túy, cai nghiện và hỗ trợ sau cai."
    ),
    "language_switch": (
        "Hiện mình chỉ viết được tiếng Việt. For another language, press the button to reach a person."
    ),
    "never_mind": "Không sao đâu bạn. Khi nào cần, bạn cứ nhắn mình nhé.",
    "repeat": "Mình nói chưa rõ. Bạn xem lại câu trên, hoặc chọn một mục dưới đây nhé.",
}


def small_talk(about: str) -> Outbound:
    buttons = {"insult": (HUMAN,), "language_switch": (HUMAN,), "thanks": (), "goodbye": ()}
    return Outbound(SMALL_TALK[about], buttons.get(about, (TOPICS, PLACE, HUMAN)))


def ask_place() -> Outbound:
    return Outbound(
        "Bạn ở xã, phường hay tỉnh nào? Gõ tên là được (tên cũ cũng được), hoặc gửi vị trí của bạn.",
        ask_location=True,
    )


def place_unknown() -> Outbound:
    return Outbound(
        "Mình chưa tìm ra nơi đó. Bạn gõ lại tên xã, phường kèm tỉnh giúp mình, ví dụ: “xã Long Hồ, Vĩnh Long”.",
        (HUMAN, MENU),
        ask_location=True,
    )


def which_place(options: Sequence[tuple[str, str]]) -> Outbound:
    """`options` are (code, name)."""
    buttons = tuple(Button(name, f"/at {code}") for code, name in options)
    return Outbound("Có mấy nơi cùng tên. Bạn ở nơi nào?", buttons)


def left_queue() -> Outbound:
    return Outbound(
        "Mình đã bỏ bạn khỏi hàng chờ. Cần gặp người thật thì nhắn mình nhé.", (HUMAN, MENU)
    )


def stays_in_queue() -> Outbound:
    return Outbound(
        "Mình lo cho bạn nên vẫn giữ bạn trong hàng chờ. Bạn cứ nói tiếp với mình trong lúc chờ nhé."
    )


def counsellor_came(name: str) -> Outbound:
    return Outbound(f"Tư vấn viên {name} đã vào. Từ giờ {name} trả lời bạn, không phải máy.")


def counsellor_passes_on() -> Outbound:
    return Outbound(
        "Tư vấn viên chuyển bạn sang đồng nghiệp hợp với chuyện của bạn hơn. Bạn không phải kể lại từ "
        "đầu. Trong lúc chờ, bạn cứ viết, mình vẫn ở đây."
    )


def counsellor_lost(*, in_danger: bool) -> Outbound:
    """The counsellor fell silent or left; somebody else is looked for."""
    text = (
        "Xin lỗi bạn, tư vấn viên vừa bị gián đoạn nên chưa trả lời được. Mình đã đưa bạn lên đầu hàng "
        "chờ và đang gọi người khác. Những gì bạn viết vẫn còn đủ."
    )
    if in_danger:
        text += " Nếu bạn đang gặp nguy hiểm, bạn đừng chờ: hãy gọi số ở nút dưới."
    return Outbound(text, (HOTLINE,), urgent=in_danger)


def counsellor_left() -> Outbound:
    return Outbound(
        "Tư vấn viên đã kết thúc cuộc trò chuyện. Mình (trợ lý tự động) lại ở đây với bạn.",
        (HUMAN, MENU),
    )


def ask_feedback() -> Outbound:
    return Outbound(
        "Câu trả lời vừa rồi có giúp được bạn không?",
        (Button("Có", "/helpful yes"), Button("Chưa đúng ý", "/helpful no")),
    )


def thank_feedback(helpful: bool | None) -> Outbound:
    if helpful is None:
        return Outbound(
            "Cảm ơn bạn đã góp ý. Muốn nói với người thật thì bạn bấm nút này.", (HUMAN,)
        )
    if helpful:
        return Outbound("Cảm ơn bạn. Cần gì nữa bạn cứ nhắn nhé.")
    return Outbound(
        "Cảm ơn bạn đã nói. Mình ghi lại để sửa. Bạn thử hỏi rõ hơn, hoặc hỏi người thật nhé.",
        (HUMAN, MENU),
    )


def confirm_delete() -> Outbound:
    return Outbound(
        "Bạn muốn mình xóa hết những gì bạn đã nhắn ở đây? Xóa rồi không lấy lại được. "
        "Mình không giữ tên hay số điện thoại của bạn; chỉ có nội dung trò chuyện, đã mã hóa.",
        (Button("Xóa hết", "/delete yes"), Button("Không xóa", "/delete no")),
    )


def not_deleted() -> Outbound:
    return Outbound("Mình không xóa gì cả.", (MENU,))


def erased() -> Outbound:
    return Outbound(
        "Mình đã xóa hết nội dung trò chuyện của bạn. Ứng dụng bạn đang dùng có thể vẫn giữ bản riêng "
        "trên máy; bạn xóa thêm ở đó nếu cần."
    )


def screening_paused() -> Outbound:
    return Outbound("Mình quay lại bộ câu hỏi nhé.")


def trouble() -> Outbound:
    return Outbound(
        "Mình đang gặp trục trặc nên chưa trả lời được. Mình đã báo tư vấn viên đọc tin này của bạn.",
        (HOTLINE,),
    )


_EVEN_SO = "Nếu bạn hoặc ai đó gặp nguy hiểm, bạn cứ nhắn ngay: mình vẫn luôn đọc và giúp."


def warned() -> Outbound:
    return Outbound(
        "Bàn tư vấn nhắc bạn: ở đây mọi người nói chuyện tôn trọng nhau. Nếu còn lời xúc phạm hay quấy "
        f"rối, mình phải tạm ngừng trò chuyện với bạn. {_EVEN_SO}"
    )


def silenced(until: str) -> Outbound:
    """`until` is a time in words; "" for no end."""
    how_long = f"tới {until}" if until else "cho tới khi người giám sát mở lại"
    return Outbound(
        f"Mình tạm ngừng trò chuyện với bạn {how_long}. {_EVEN_SO} Số điện thoại cần biết ở nút dưới.",
        (HOTLINE,),
    )


def silence_lifted() -> Outbound:
    return Outbound("Bạn lại trò chuyện với mình được rồi. Bạn cần gì cứ nhắn nhé.", (HUMAN, MENU))


def taken_over(name: str) -> Outbound:
    return Outbound(
        f"Từ giờ tư vấn viên {name} nói chuyện tiếp với bạn. Bạn không phải kể lại từ đầu."
    )
