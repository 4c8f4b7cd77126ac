"""What the audit calls the things that people do."""

from __future__ import annotations

from api.console.words import ROLES
from bot.catalogue import Table, _

ACTIONS = Table(
    {
        "log_in": "Đăng nhập",
        "log_out": "Đăng xuất",
        "code refused": "Nhập sai mã xác thực",
        "password": "Đổi mật khẩu của mình",
        "second factor on": "Bật xác thực hai bước",
        "second factor off": "Tắt xác thực hai bước của mình",
        "recovery codes": "Lấy mã dự phòng mới",
        "end session": "Đăng xuất một thiết bị của mình",
        "end sessions": "Đăng xuất mọi thiết bị khác của mình",
        "telegram code": "Lấy mã liên kết Telegram",
        "link telegram": "Liên kết Telegram",
        "unlink telegram": "Bỏ liên kết Telegram",
        "invite": "Mời người mới",
        "withdraw invitation": "Thu hồi lời mời",
        "invitation followed": "Nhận lời mời, mở tài khoản",
        "change user": "Sửa thông tin người dùng",
        "disable user": "Ngừng tài khoản",
        "enable user": "Cho dùng lại tài khoản",
        "reset password": "Đặt lại mật khẩu",
        "remove second factor": "Gỡ xác thực hai bước",
        "unlock user": "Bỏ tạm dừng đăng nhập",
        "change hours": "Sửa giờ trực của nhóm",
        "add days off": "Thêm ngày nghỉ",
        "remove day off": "Bỏ ngày nghỉ",
        "view": "Xem cuộc trò chuyện",
        "view live": "Đọc tin mới của cuộc trò chuyện",
        "view earlier": "Xem tin cũ của cuộc trò chuyện",
        "view silently": "Lặng lẽ xem cuộc trò chuyện",
        "view sample": "Xem các tin lấy mẫu",
        "view screenings": "Xem kết quả tự kiểm tra",
        "view picture": "Xem ảnh trong cuộc trò chuyện",
        "claim": "Nhận cuộc trò chuyện",
        "close": "Kết thúc cuộc trò chuyện",
        "transfer": "Chuyển cuộc trò chuyện",
        "follow up": "Ghi đã hỏi thăm lại",
        "given back: offline": "Máy trả ca về hàng chờ (mất kết nối)",
        "given back: silent": "Máy trả ca về hàng chờ (chưa trả lời quá lâu)",
        "given back: disabled": "Máy trả ca về hàng chờ (tài khoản ngừng)",
        "rest": "Bắt đầu tạm nghỉ",
        "rest over": "Vào lại sau khi nghỉ",
        "change team": "Thêm hoặc sửa nhóm trực",
        "delete team": "Xóa nhóm trực",
        "take over": "Giành lấy cuộc trò chuyện của đồng nghiệp",
        "reassign": "Giao cuộc trò chuyện cho người khác",
        "whisper": "Nhắn riêng cho người đang giữ ca",
        "mark quality": "Đánh giá chất lượng một ca",
        "judge alarm": "Nói báo động đúng hay sai",
        "judge sample": "Soát một tin lấy mẫu",
        "invite to screening": "Mời tự kiểm tra",
        "export screenings": "Tải kết quả tự kiểm tra",
        "export conversation": "Tải cuộc trò chuyện",
        "send again": "Gửi lại tin chưa tới",
        "lay aside message": "Bỏ tin chưa tới",
        "lift restraint": "Bỏ biện pháp với người lạm dụng",
        "restrain warned": "Nhắc nhở người lạm dụng",
        "restrain muted": "Tạm ngừng nhận tin của người lạm dụng",
        "restrain blocked": "Chặn người lạm dụng",
        "add canned reply": "Thêm câu mẫu",
        "change canned reply": "Sửa câu mẫu",
        "delete canned reply": "Xóa câu mẫu",
        "export directory": "Tải tất cả các dòng của danh bạ",
        "import directory": "Nhập một tệp vào danh bạ",
        "dismiss question": "Bỏ một câu hỏi chưa có bài",
        "add directory row": "Thêm dòng danh bạ",
        "edit directory row": "Sửa dòng danh bạ",
        "verify directory row": "Xác minh dòng danh bạ",
        "undo directory change": "Hoàn tác một lần sửa danh bạ",
        "report directory row": "Báo sai một dòng danh bạ",
        "decide directory report": "Xử lý góp ý về danh bạ",
        "merge directory rows": "Gộp hai dòng danh bạ",
        "say rows differ": "Nói hai dòng danh bạ không trùng",
        "zalo consent": "Cho phép gửi tin trên Zalo OA",
        "zalo consent failed": "Cho phép Zalo OA không thành",
    }
)
_OF_ARTICLES = Table(
    {
        "attach": "Gắn câu hỏi vào bài",
        "published": "Đăng bài",
        "draft": "Lưu nháp bài",
        "drop": "Bỏ nháp bài",
        "approve": "Thẩm định bài",
    }
)


def in_words(action: str) -> str:
    """An action as people say it; one without words yet as it is written down, never left out."""
    if action in ACTIONS:
        return ACTIONS[action]
    kind, _space, rest = action.partition(" ")
    if kind in _OF_ARTICLES:
        return f"{_OF_ARTICLES[kind]} {rest}"
    if action.startswith("change role ") and len(roles := rest.split()[1:]) == 2:
        was, now = (ROLES.get(one, one) for one in roles)
        return _("Đổi vai trò từ {was} sang {now}").format(was=was, now=now)
    return action
