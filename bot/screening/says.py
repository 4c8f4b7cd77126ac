"""What a screening says between its questions, and the titles of its buttons."""

from __future__ import annotations

from collections.abc import Mapping

STEPS = {"skip": "Bỏ qua", "back": "Quay lại", "pause": "Để sau", "stop": "Dừng"}

CONSENT = (
    "Mình sẽ hỏi vài phần ngắn (mỗi phần vài phút), không hỏi tên; câu trả lời về sức khỏe là dữ liệu "
    "nhạy cảm (Luật 91/2025/QH15), chỉ dùng để gợi ý cho bạn, bạn bỏ qua hay dừng lúc nào cũng được. "
    "Kết quả không phải chẩn đoán. Bạn đồng ý không?"
)
CITES = ("91/2025/QH15",)
INVITED = (
    "Tư vấn viên mời bạn trả lời vài câu hỏi. Bạn không muốn thì thôi, không sao cả. Kết quả chỉ đến "
    "tay tư vấn viên khi bạn đồng ý gửi.\n\n"
)

STAGES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "consent": (CONSENT, {"agree": "Đồng ý, bắt đầu", "decline": "Thôi, không làm"}),
    "age": (
        "Bạn bao nhiêu tuổi? Mỗi tuổi có bộ câu hỏi riêng.",
        {
            "child": "Dưới 12 tuổi",
            "youth": "Từ 12 đến 17 tuổi",
            "adult": "Từ 18 tuổi trở lên",
            "family": "Mình hỏi cho người thân",
        },
    ),
    "safety": (
        "Trước hết: ngay lúc này có chuyện gì nguy hiểm không?",
        {
            "fine": "Không, mọi người ổn",
            "collapsed": "Có người bất tỉnh, co giật",
            "attacked": "Có người bị đánh, bị đe dọa",
            "self_harm": "Mình muốn làm hại mình",
        },
    ),
    "harm": (
        "Có một câu bạn đã bỏ qua, nên mình hỏi thẳng vì lo cho bạn: lúc này bạn có đang nghĩ đến chuyện "
        "làm hại mình, hay không muốn sống không?",
        {"yes": "Có", "no": "Không", "refused": "Không muốn trả lời"},
    ),
    "share": (
        "Bạn có muốn gửi kèm tóm tắt kết quả cho tư vấn viên không? Gửi thì mình giữ một bản đã mã hóa "
        "để tư vấn viên xem; không gửi thì họ không thấy.",
        {"share": "Gửi kèm tóm tắt", "noshare": "Không gửi kèm"},
    ),
    "reasons": (
        "{feedback}\n\nBạn là người quyết định, mình chỉ hỏi để bạn nghĩ cùng. Nếu bớt hay ngừng, điều "
        "gì với bạn sẽ tốt lên? Bạn viết bằng lời của mình nhé.",
        {},
    ),
    "goal": (
        "“{reasons}”: đó là lý do của chính bạn.\n\nTrong hai tuần tới, bạn muốn thử điều gì? Một việc nhỏ, "
        "rõ, làm được là đủ.",
        {
            "quit": "Thử ngừng hẳn",
            "less": "Dùng ít lại",
            "think": "Chưa đổi gì, chỉ để ý thêm",
        },
    ),
    "plan": (
        "Bạn chọn: “{goal}”.\n\nLúc khó nhất (thèm, bị rủ, buồn), bạn sẽ làm gì, và nhờ được ai? Bạn viết "
        "một hai câu thôi.",
        {},
    ),
}
TALK_STEPS = {"back": "Quay lại", "stop": "Dừng"}

PLANNED = (
    "Mình ghi lại lời của bạn:\n• Vì sao: {reasons}\n• Hai tuần tới: {goal}\n• Lúc khó: {plan}\n\n"
    "Bạn đã nghĩ ra điều này, không phải mình. Lỡ chưa làm được thì mình lại nghĩ tiếp, không ai trách "
    "bạn cả. Nếu bạn uống rượu hay dùng thuốc ngủ nhiều hàng ngày, hãy hỏi bác sĩ trước khi ngừng."
)
FEEDBACK = "Từ các câu bạn trả lời: {levels}."
FEEDBACK_BARE = "Cảm ơn bạn đã kể."

PART = "{title}: {about}, khoảng {minutes} phút. {credit}Lời câu hỏi: {status}.\n\n"
QUESTION = "Câu {number}/{total}. {text}"
NUMBER_UNCLEAR = "Bạn gõ kèm chữ “{unit}” giúp mình, ví dụ “2 {unit}”, để mình khỏi hiểu nhầm."
RATE_UNCLEAR = "Mình chưa rõ là bao lâu một lần. Bạn bấm một nút, hoặc viết như “tuần 2 lần”, “tháng 1 lần” nhé."

REFUSED = "Không sao cả, mình không hỏi nữa. Bạn muốn hỏi gì cứ nhắn, hoặc gặp tư vấn viên bất cứ lúc nào."
STOPPED = (
    "Mình dừng ở đây nhé, không sao cả, mình không giữ câu trả lời nào. Khi nào muốn làm lại, hoặc muốn "
    "nói chuyện với người thật, bạn cứ nhắn."
)
PAUSED = (
    "Được, mình để đó cho bạn. Ngày mai hay lúc nào tiện, bạn nhắn “làm tiếp” là mình hỏi tiếp từ câu "
    "này. Không làm nữa thì nhắn “dừng”."
)
CHILD = (
    "Cảm ơn bạn đã nói thật. Các câu hỏi này viết cho người lớn hơn nên mình không hỏi bạn.\n\n"
    "Nói chuyện với một người thật, hoặc một người lớn bạn tin, sẽ tốt cho bạn hơn. Bạn muốn gặp tư vấn "
    "viên không?"
)
OTHER_AGE = "Bộ {title} viết cho tuổi khác, nên mình hỏi bạn bộ hợp với tuổi của bạn nhé.\n\n"

THANKS = "Cảm ơn bạn đã trả lời thật lòng, những chuyện này không dễ nói."
SKIPPED = "Bạn đã bỏ qua {skipped} câu, nên mức thật có thể cao hơn."
TOO_MANY_SKIPPED = (
    "{title}: bạn đã bỏ qua {skipped} câu nên mình không đưa ra mức nào, kẻo nói sai. Tư vấn viên có thể "
    "nghe bạn kể và gợi ý kỹ hơn."
)
CAUTION = (
    "Đây chỉ là gợi ý, không phải chẩn đoán. Chỉ cơ sở y tế có thẩm quyền mới xác định được tình trạng "
    "của bạn."
)
CAUTION_FAMILY = (
    "Đây chỉ là gợi ý cho bạn, không nói gì chắc về người thân của bạn. Người đó có thể tự làm bài hỏi ở "
    "đây, không cần nói tên."
)
KEEP = "Bạn có muốn mình giữ kết quả (đã mã hóa) để sau này bạn xem lại không?"
RESULT = {
    "brief": "Trò chuyện ngắn 3–5 phút",
    "human": "Gặp tư vấn viên",
    "place": "Tìm nơi giúp gần bạn",
    "hotline": "Số điện thoại cần biết",
    "keep": "Giữ kết quả",
    "drop": "Không giữ",
}
KEPT = "Mình đã giữ kết quả, có mã hóa. Khi muốn xem lại, bạn nhắn “kết quả của em”."
DROPPED = "Mình không giữ kết quả nào cả."

NONE_KEPT = "Bạn chưa giữ kết quả nào ở đây. Muốn tự kiểm tra thì bấm nút dưới đây nhé."
HISTORY = "Kết quả bạn đã giữ (chỉ là gợi ý, không phải chẩn đoán):\n{lines}"
SHARED = "Mình đã mở các kết quả này cho tư vấn viên xem, và báo họ."
FORGOTTEN = "Mình đã xóa các kết quả đã giữ."
SENT = "Mình đã gửi tóm tắt kết quả cho tư vấn viên đang nói chuyện với bạn."
NOT_SENT = "Mình không gửi kết quả. Bạn cứ nói chuyện tiếp với tư vấn viên nhé."
SHARE_RESULTS = "Cho tư vấn viên xem"
FORGET_RESULTS = "Xóa kết quả đã giữ"
WORDS = {"reasons": "Vì sao", "goal": "Hai tuần tới", "plan": "Lúc khó"}
