"""Words that decide whether a name in a sentence is a place. Data only, written for this project.

Sets hold words as `spelling.spell` knows them; `words("ở tại")` gives each in both forms. Phrases
that are also everyday words ("an toàn", accent-less "gia dinh") never count as a bare place name.
"""

from __future__ import annotations

from referral_directory.spelling import name_key, name_sound, spell


def words(text: str) -> frozenset[str]:
    """The sounds of the words in `text`."""
    return frozenset(spell(word)[1] for word in text.split())


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(name_key(phrase) for phrase in text.replace("\n", " ").split(","))


def _sounds(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(name_sound(phrase) for phrase in text.replace("\n", " ").split(","))


# What people write before a name, and the levels and kinds of unit it can mean.
KINDS: dict[str, tuple[str, ...]] = {
    "tỉnh": ("province",),
    "thành phố": ("province", "district"),
    "tp": ("province", "district"),
    "huyện": ("district",),
    "quận": ("district",),
    "thị xã": ("district",),
    "tx": ("district",),
    "h": ("district",),
    "q": ("district",),
    "xã": ("commune",),
    "phường": ("commune",),
    "thị trấn": ("commune",),
    "đặc khu": ("commune",),
    "tt": ("commune",),
    "x": ("commune",),
    "p": ("commune",),
    "f": ("commune",),
}
FULL_KIND = {
    "tp": "thành phố",
    "tx": "thị xã",
    "h": "huyện",
    "q": "quận",
    "tt": "thị trấn",
    "x": "xã",
    "p": "phường",
    "f": "phường",
}
# Letters that are teencode for other words: they need a dot, a number or a capital name after them.
SHORT_KINDS = frozenset({"h", "q", "x", "p", "f", "tt"})
# After "quận 3" or "q3" these say that the number counts something else.
COUNTED = words(
    "ngày ngay tháng thang năm nam tuổi tuoi giờ gio lần lan người nguoi k tr triệu tuần"
)

STRONG_CUES = words("ở o tại tai về ve quê que gần gan quanh sống song trú thuộc")
WEAK_CUES = words("từ đến tới qua ra lên xuống sang đi vào dân người nguoi den")
SOFTENERS = words(
    "chỗ cho bên ben dưới duoi trên tren ngoài ngoai trong khu vùng vung vực vuc phía phia"
    " miệt miet"
    " địa dia bàn ban gần gan đâu dau là la mình minh em tôi toi nhà nha"
)
STREETS = _sounds(
    "đường, duong, phố, hẻm, hem, ngõ, ngo, trường, truong, cầu, cau, chùa, chua, nhà thờ, quán,"
    " công ty, cong ty, cty, khách sạn, khach san, thpt, thcs, tiểu học, đại học, dai hoc,"
    " shop, bar,"
    " karaoke, chung cư, chung cu, quốc lộ, ql, sông, song, hồ, núi, ga, bến xe"
)
ROADS = _sounds("đường, duong, phố, hẻm, hem, ngõ, ngo, quán, khách sạn, karaoke, cầu")
HOSPITALS = _sounds("bệnh viện, benh vien, bv, phòng khám, phong kham, nhà thuốc, nha thuoc, viện")
MARKETS = _sounds("chợ, cho, siêu thị, sieu thi")
HOSPITAL_NAMES = _phrases(
    "Bạch Mai, Thống Nhất, Việt Đức, Hòa Bình, An Bình, Bình Dân, Hùng Vương, Nguyễn Trãi, Tâm Trí,"
    " Hồng Ngọc, Tâm Anh, Phương Đông, Thu Cúc, Bình An, Vạn Hạnh, Hoàn Mỹ, Chợ Rẫy, Từ Dũ, Tâm Đức"
)
PERSONS = words(
    "anh chị cô chú bác thầy bé ông bà em cháu tên ten mợ dì cậu thím bs sĩ si con bạn chi thay"
    " chồng vợ họ"
)
NAMED = words("tên ten sĩ si thầy bs")

# Provinces whose name is also an everyday phrase: with diacritics, and without.
EVERYDAY_PROVINCES = _sounds("hòa bình, thái bình, bình định, hải dương")
EVERYDAY_PLAIN_PROVINCES = _phrases(
    "hòa bình, thái bình, bình định, hải dương, lào cai, lâm đồng, đà nẵng, bến tre, gia lai,"
    " nghệ an,"
    " long an, phú thọ, sơn la, cần thơ, hà tĩnh, kiên giang, điện biên, cao bằng, an giang, huế,"
    " hà nam, khánh hòa, thanh hóa, bình dương, cà mau, yên bái, nam định, hà giang, phú yên,"
    " lai châu, tây ninh, quảng nam, tiền giang, thái nguyên, hưng yên"
)
# After these accent-less names these words show that an everyday phrase was meant.
NOT_AFTER: dict[tuple[str, ...], frozenset[str]] = {
    name_key("bến tre"): words("em con nhỏ nho trung tuoi nao"),
    name_key("lào cai"): words("nghien nghiện"),
    name_key("nghệ an"): words("ui khuyen"),
    name_key("long an"): words("toan tam ui"),
    name_key("đà nẵng"): words("them lam roi qua hon"),
    name_key("cần thơ"): words("oxy"),
    name_key("điện biên"): words("phủ phu"),
}

ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "Hồ Chí Minh": ("hcm", "tphcm", "hcmc", "sài gòn", "sg", "saigon", "tphochiminh"),
    "Hà Nội": ("tphn", "hnoi", "hn"),
    "Bà Rịa - Vũng Tàu": ("brvt", "br vt", "bà rịa", "vũng tàu"),
    "Huế": ("thừa thiên huế", "tt huế", "thừa thiên"),
    "Đắk Lắk": ("đắc lắc", "daklak", "đăk lăk", "đaklak"),
    "Đắk Nông": ("đắc nông", "daknong", "đăk nông"),
    "Bắc Kạn": ("bắc cạn",),
    "Kon Tum": ("kontum",),
}
# "hn" is also teencode for "hôm nay": it counts only right after a word like "ở".
CUE_ONLY = _phrases("hn")

FILLERS = words(
    "dạ da vâng vang ạ a em tôi toi tui mình minh con cháu chau anh chị chi nhà nha ở o tại"
    " tai gần gan"
    " là la ừ uh ok nha nhé nhe cũ cu nay thì thi chỗ cho bên ben quê que sống song đang dang hiện"
    " hien giờ gio bây bay đây day này khu vực vuc dưới duoi trên tren ơi oi tỉnh tinh thuộc"
    " thuoc của cua"
    " vn việt viet nam về ve đó do bot ad thưa trước truoc chứ chu nhưng"
)

STOP = _phrases(
    """
    ái tử, an biên, an bình, an cư, an định, an dưỡng, an hải, an hiệp, an hội, an khánh, an lạc, an
    lương, an minh, ân nghĩa, an ninh, an nông, an toàn, an tường, ba chúc, ba động, ba gia, ba
    lòng, ba ngòi, ba tơ, ba xa, bác ái, bắc hà, bắc mê, bản bo, bàn cờ, bằng hữu, báo đáp, bao la,
    bảo lâm, bảo toàn, bảo yên, biển bạch, biến động, biên giới, biển hồ, bình an, bình dân, bình
    giã, bình lục, bình minh, bình nguyên, bình phục, bình tâm, bình thành, bình trị, bình yên, bố
    hạ, cà ná, cái bè, cam an, cẩm bình, cẩm hưng, cảm nhân, cam phục, cẩm thạch, cao minh, cao
    thượng, cao xanh, cát ngạn, cầu kiệu, cầu lộc, chà là, chân lý, chế tạo, chí công, chỉ đạo,
    chiến thắng, chính nghĩa, chợ đồn, cổ đô, cổ lễ, cổ lũng, có mạ, cồn cỏ, con cuông, công bằng,
    công chính, công lý, cự đồng, đa mai, đại diện, đại đồng, đại phúc, đại thành, đại từ, dân chủ,
    dân hòa, dân quyền, đan thượng, dân tiến, danh thắng, đạo đức, đạo lý, đất đỏ, đất mới, đất mũi,
    đề gi, dị sử, định công, định cư, đoàn kết, độc lập, đơn dương, đông a, đông bắc, đồng bằng,
    đồng đăng, đồng hóa, đồng hưu, đồng khởi, đông kinh, đồng lương, đông nam, đồng phúc, đông quan,
    đồng ruộng, đồng tâm, đông thái, đông thành, đông tiến, đồng ý, đồng yên, du già, dương hòa,
    dương kinh, duy nhất, gia bình, gia định, gia hòa, gia phong, gia tường, giang sơn, giao an,
    giao hòa, gò dầu, hải hòa, hải hưng, hải yến, hàm tân, hạnh phúc, hạnh thông, hiền lương, hiệp
    lực, hòa điền, hòa hội, hòa lợi, hòa mỹ, hòa minh, hoa quân, hòa thuận, hòa trí, hòa vang, hoàng
    an, hoàng kim, hội cư, hồi xuân, hợp đồng, hợp kim, hợp lý, hợp nhất, hợp thành, hùng đức, hưng
    thịnh, hướng đạo, hữu nghị, khai quang, kháng chiến, kỳ hoa, kiến quốc, kiến thiết, kiến tường,
    kim ngân, kim ngọc, kinh dinh, la dạ, la gi, la lay, lạc dương, lâm bình, lãng ngâm, lê lợi,
    liên hợp, liên minh, liên quan, long an, long đất, long thành, lục bình, lương tâm, lương thiện,
    mỹ lệ, minh hòa, minh tâm, mộ đạo, mộ đức, nậm có, nam hà, nam hòa, nam trung, ngã bảy, nguyên
    lý, nhà bè, nhân đạo, nhân hà, nhân hòa, nhân nghĩa, nhân quyền, nông trang, nông trường, nước
    hai, pháo đài, phong điền, phong hóa, phong phú, phong quang, phong thổ, phong thủy, phú định,
    phú hộ, phú hòa, phú long, phú nghĩa, phú quý, phú thọ, phú thủy, phú trạch, phục hòa, phúc lộc,
    phúc lợi, phương đông, phượng tiến, quản bạ, quân chu, quan hóa, quảng giao, quang minh, quảng
    trường, quang vinh, quỳ hợp, quốc khánh, quyết chiến, quyết tâm, quyết thắng, quyết tiến, rạng
    đông, sao vàng, sinh tồn, sơn động, sơn thủy, sông công, sông mã, song phương, tam đa, tam hợp,
    tam long, tam quan, tam sơn, tam thanh, tân binh, tân học, tân hương, tân phong, tân tạo, tân
    tây, tân thanh, tân tiến, tân ước, tân văn, tất thắng, tây nam, tây phương, thái hòa, thần lĩnh,
    thần sa, thân thuộc, thăng bình, thắng lợi, thanh bình, thành công, thành đông, thanh hòa, thanh
    liêm, thạnh lộc, thanh long, thanh minh, thanh quân, thanh sơn, thành tâm, thành thới, thanh
    xuân, thảo nguyên, thể dục, thiên nhẫn, thiết kế, thịnh vượng, thọ sơn, thọ văn, thôi sơn, thống
    nhất, thông thụ, thứ ba, thuận hòa, thuận lợi, thượng hạ, thường xuân, tiến bộ, tiên du, tiến
    hóa, tiên lương, tiên phong, tiên tiến, tơ tung, toàn thắng, trà tân, trà vân, trấn biên, trảng
    dài, tri phú, trung bình, trung chính, trung hiếu, trung kiên, trung lập, trung tâm, trung
    thành, trung thu, trung trực, trung văn, trường phú, trường sinh, trường thành, trường thi,
    trường thọ, tự cường, tứ dân, tự do, tứ kỳ, tự lập, tư nghĩa, tự nhiên, tu vũ, tương dương, u
    minh, vạn an, văn bàn, vân đồn, văn hán, vân hòa, văn minh, vạn nhất, vân tụ, văn yên, việt hòa,
    vĩnh cửu, vĩnh hòa, vinh quang, vĩnh viễn, võ cường, vu gia, xuân hòa, yên bình, yên hòa, yên
    lãng, yên tâm, yên tĩnh, yên trị
    """
)
