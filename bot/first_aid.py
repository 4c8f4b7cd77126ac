"""What a person reads when danger was noticed: whom to call, what to do in the next minutes, that a
human is being told, and one question that keeps contact. No method is ever named, nobody is blamed.

The steps follow general first-aid rules (gọi cấp cứu sớm, nằm nghiêng, không để một mình, không
khống chế người đang hoảng loạn); the numbers come from the directory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.danger import Danger
from bot.messages import Button, Outbound
from bot.replies import HOTLINE, HUMAN


@dataclass(frozen=True)
class Advice:
    """`call` are numbers in the order to be tried; the question differs for the one in danger and
    for somebody who worries about another."""

    call: tuple[str, ...]
    self_steps: str
    other_steps: str
    self_question: str = "Bạn đang ở một mình hay có ai bên cạnh?"
    other_question: str = "Người đó có đang tỉnh và thở đều không?"


_ALONE = "Đừng ở một mình: gọi người bạn tin, hoặc ra chỗ có người."
_MEANS = "Để những thứ có thể gây hại ra xa, hoặc nhờ người khác giữ."
_STAY = "Ở bên người đó, đừng để một mình. Cất những thứ có thể gây hại. Lắng nghe, đừng trách."
_BREATHING = (
    "Lay gọi thật to. Nếu còn thở: đặt nằm nghiêng, đầu hơi ngửa, không cho ăn uống gì. "
    "Nếu không thở hoặc thở rất chậm: nói ngay với cấp cứu và làm theo lời họ (thổi ngạt, ép tim). "
    "Đừng bỏ đi. Nói thật với y tế đã dùng chất gì: họ cần biết để cứu."
)

ADVICE: Mapping[str, Advice] = {
    "suicide": Advice(
        ("115",),
        f"Nếu bạn đã uống hay làm gì rồi, gọi ngay cả khi thấy chưa sao. {_ALONE} {_MEANS}",
        f"{_STAY} Nếu người đó đã uống hay làm gì rồi, gọi ngay cả khi thấy chưa sao.",
    ),
    "self_harm": Advice(
        ("115",),
        f"Nếu đang chảy máu: ép chặt vết thương bằng vải sạch và giơ cao. {_ALONE} {_MEANS}",
        f"Nếu đang chảy máu: ép chặt vết thương bằng vải sạch và giơ cao. {_STAY}",
    ),
    "overdose": Advice(
        ("115",),
        "Đừng dùng thêm gì nữa. Mở cửa, gọi người ở gần tới ngay. Ngồi hoặc nằm nghiêng.",
        _BREATHING,
    ),
    "withdrawal_emergency": Advice(
        ("115",),
        "Đừng tự chịu một mình: gọi người nhà ở bên. Nằm nghiêng, tránh vật cứng, không lái xe.",
        "Đặt nằm nghiêng, dọn vật cứng xung quanh, đừng giữ chặt tay chân, đừng nhét gì vào miệng. "
        "Không cho uống thuốc hay rượu. Đừng để một mình.",
    ),
    "violence_threat": Advice(
        ("113", "115"),
        "Hãy dừng lại một nhịp: bước ra khỏi chỗ đó, bỏ đồ trên tay xuống, hít thở chậm.",
        "Rời khỏi đó, đưa trẻ em và người già đi cùng, đóng cửa lại. Đừng cãi, đừng giằng co.",
        "Bạn đã ở chỗ an toàn chưa?",
        "Bạn đã ở chỗ an toàn chưa?",
    ),
    "domestic_violence": Advice(
        ("113", "111"),
        "Nếu được, rời khỏi nhà hoặc vào phòng có lối thoát, đưa con theo. Gọi hàng xóm tới.",
        "Nếu gọi được mà không lộ, hãy giúp người đó rời đi hoặc báo người ở gần tới ngay.",
        "Lúc này bạn có đang ở chỗ an toàn không?",
        "Lúc này người đó có đang ở chỗ an toàn không?",
    ),
    "child_abuse": Advice(
        ("111", "113"),
        "Bạn không có lỗi gì cả. Nếu được, tới chỗ có người lớn mà bạn tin.",
        "Đưa đứa trẻ tới chỗ an toàn, ở bên cháu, đừng hỏi dồn. Cháu không có lỗi gì cả.",
        "Lúc này bạn có đang ở chỗ an toàn không?",
        "Lúc này đứa trẻ có đang ở chỗ an toàn không?",
    ),
    "acute_psychosis": Advice(
        ("113", "115"),
        "Tìm chỗ yên tĩnh, có người bạn tin ở bên. Đừng dùng thêm gì, đừng cầm vật nhọn, xuống chỗ thấp.",
        "Giữ khoảng cách và lối thoát. Nói chậm, ngắn, đừng cãi, đừng dồn vào góc, đừng tự khống chế. "
        "Đưa trẻ em và người già đi nơi khác.",
        "Có ai bạn tin đang ở gần không?",
        "Bạn và mọi người đã ở chỗ an toàn chưa?",
    ),
}


_OTHERS_MAY_READ = ("violence_threat", "domestic_violence", "child_abuse")


def reply(alarm: Danger, numbers: Mapping[str, str], reads: str) -> Outbound:
    """The reply to a danger. `numbers` maps a telephone number to what answers there; `reads` tells who
    will read the person's words, and when."""
    say = _emergency if alarm.level == "emergency" else _urgent
    return say(ADVICE[alarm.label], alarm.person, numbers, reads)


def _emergency(advice: Advice, person: str, numbers: Mapping[str, str], reads: str) -> Outbound:
    other = person == "other"
    steps = advice.other_steps if other else advice.self_steps
    question = advice.other_question if other else advice.self_question
    opening = "Chuyện này cần giúp ngay." if other else "Mình rất lo cho bạn. Bạn quan trọng."
    text = f"{opening}\n{_call_now(advice.call, numbers)}\n\n{steps}\n\n{reads} {question}"
    return Outbound(text, (HUMAN,), urgent=True)


_OPENINGS = {
    "self": "Cảm ơn bạn đã nói ra với mình. Chịu như vậy chắc nặng lắm; bạn không phải chịu một mình.",
    "other": "Cảm ơn bạn đã nói ra và lo cho người đó. Chuyện này không nên để một mình bạn gánh.",
    "unclear": "Cảm ơn bạn đã nói ra. Mình lo cho sự an toàn của bạn và những người ở đó.",
}


def _urgent(advice: Advice, person: str, numbers: Mapping[str, str], reads: str) -> Outbound:
    opening, other = _OPENINGS[person], person == "other"
    text = (
        f"{opening}\n\n{reads} Khi có người nhận, bạn sẽ thấy ở đây. "
        f"Nếu thấy nguy hiểm ngay lúc này: {_call_now(advice.call, numbers)}\n\n"
        f"{advice.other_question if other else advice.self_question}"
    )
    return Outbound(text, (HOTLINE,), urgent=True)


def soft(label: str, person: str) -> Outbound:
    """One direct, caring question: asking about suicide does not put the idea in anybody's head."""
    if person == "other":
        text = "Mình hỏi thẳng vì lo: lúc này người đó có đang gặp nguy hiểm không?"
    elif label in ("suicide", "self_harm"):
        text = "Mình hỏi thẳng vì lo cho bạn: bạn có đang nghĩ đến chuyện làm hại mình hay không muốn sống không?"
    else:
        text = "Mình hỏi thẳng vì lo cho bạn: lúc này bạn có đang gặp nguy hiểm không?"
    return Outbound(
        text, (Button("Có, cần người giúp", "/human"), Button("Không, mình ổn", "/safe"))
    )


def go_on(label: str, numbers: Mapping[str, str]) -> Outbound:
    """Said to somebody in an open danger who goes on writing: we listen, and whom to call."""
    return Outbound(
        "Mình đang nghe bạn, và tin của bạn đang ở đầu hàng chờ của tư vấn viên. "
        f"Nếu người gặp nguy không tỉnh, khó thở hay nặng hơn: {_call_now(ADVICE[label].call, numbers)} "
        "Máy bận thì gọi lại ngay, hoặc nhờ người ở gần gọi giúp. Bạn kể tiếp cho mình nhé.",
        (HOTLINE,),
        urgent=True,
    )


def are_you_there(label: str, person: str, numbers: Mapping[str, str]) -> Outbound:
    """Said to somebody in an open danger who fell silent. Where the danger is another person, that
    person may be the one who reads it: then it tells nothing."""
    if label in _OTHERS_MAY_READ:
        return Outbound("Mình vẫn ở đây. Khi nào tiện, bạn nhắn mình một chữ nhé.")
    how = (
        "Người đó giờ thế nào rồi, có tỉnh và thở đều không?"
        if person == "other"
        else "Bạn còn đó không, giờ bạn thế nào rồi?"
    )
    return Outbound(
        f"Mình vẫn ở đây. {how} Bạn nhắn một chữ thôi cũng được. "
        f"Nếu thấy nguy hiểm: {_call_now(ADVICE[label].call, numbers)}",
        (HUMAN,),
        urgent=True,
    )


def still_here(numbers: Mapping[str, str], *, in_episode: bool) -> Outbound:
    """Said when somebody answers that all is well: once is not enough to close an open episode."""
    kept = (
        "Mình vẫn giữ tin của bạn cho tư vấn viên đọc, để chắc là bạn an toàn. "
        if in_episode
        else ""
    )
    return Outbound(
        f"Mình mừng khi nghe vậy. {kept}Nếu lại thấy nguy hiểm: {_call_now(('115',), numbers)}",
        (HUMAN,),
    )


def _call_now(call: Sequence[str], numbers: Mapping[str, str]) -> str:
    known = [f"{number} ({numbers[number]})" for number in call if number in numbers]
    if not known:
        return "Gọi ngay cấp cứu hoặc công an, hay nhờ người ở gần gọi giúp."
    return "Gọi ngay " + ", rồi ".join(known) + "."
