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
COUNTED = words("ngày ngay tháng thang năm nam tuổi tuoi giờ gio lần lan người nguoi k tr triệu tuần")

STRONG_CUES = words("ở o tại tai về ve quê que gần gan quanh sống song trú thuộc")
WEAK_CUES = words("từ đến tới qua ra lên xuống sang đi vào dân người nguoi den")
SOFTENERS = words(
    "chỗ cho bên ben dưới duoi trên tren ngoài ngoai trong khu vùng vung vực vuc phía phia miệt miet"
    " địa dia bàn ban gần gan đâu dau là la mình minh em tôi toi nhà nha"
)
STREETS = _sounds(
    "đường, duong, phố, hẻm, hem, ngõ, ngo, trường, truong, cầu, cau, chùa, chua, nhà thờ, quán,"
    " công ty, cong ty, cty, khách sạn, khach san, thpt, thcs, tiểu học, đại học, dai hoc, shop, bar,"
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
    "hòa bình, thái bình, bình định, hải dương, lào cai, lâm đồng, đà nẵng, bến tre, gia lai, nghệ an,"
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
    "dạ da vâng vang ạ a em tôi toi tui mình minh con cháu chau anh chị chi nhà nha ở o tại tai gần gan"
    " là la ừ uh ok nha nhé nhe cũ cu nay thì thi chỗ cho bên ben quê que sống song đang dang hiện"
    " hien giờ gio bây bay đây day này khu vực vuc dưới duoi trên tren ơi oi tỉnh tinh thuộc thuoc của cua"
    " vn việt viet nam về ve đó do bot ad thưa trước truoc chứ chu nhưng"
)

STOP = _phrases(
    """
    an biên, an bình, an cư, an lạc, an ninh, an toàn, an dưỡng, an hiệp, an hải, an khánh, an minh,
    an định, an tường, an nông, an lương, ba xa, ba gia, ba lòng, ba động, ba tơ, bao la, bàn cờ,
    bác ái, bình an, bình minh, bình nguyên, bình thành, bình thường, bình yên, bình giã, bình gia,
    bình lục, bình tâm, bình dân, bình phục, bình trị, bố hạ, biến động, biển động, biển bạch,
    biển hồ, biên giới, bắc mê, bắc hà, bản bo, bảo toàn, bảo lâm, bảo yên, cai lậy, cam an, cam phục,
    cao minh, cao xanh, cao thượng, chiến thắng, chế tạo, chỉ đạo, chân lý, chính nghĩa, chí công,
    châu thành đây, chợ đồn, công bằng, công chính, công lý, cái bè, cảm ân, cảm nhân, cẩm bình,
    cẩm hưng, cồn cỏ, con cò, có mạ, co mạ, cổ lễ, cổ lũng, cổ đô, cờ đỏ, củ chi nhỏ, cự đồng,
    cầu kè thuốc, cầu kiệu, cà ná, danh thắng, dân chủ, dân quyền, dân hòa, dân tiến, di linh đi,
    du già, dị sử, duy nhất, dương kinh, dương hòa, gia bình, gia định, gia hòa, gia phong, gia tường,
    giao an, giao hòa, gò dầu, giang sơn, hiền lương, hiệp lực, hoa quân, hoàng kim, hoàng an, hòa minh,
    hòa mỹ, hòa trí, hòa vang, hòa thuận, hòa điền, hòa lợi, hòa hội, hùng đức, hương hóa, hướng hóa,
    hướng đạo, hưng thịnh, hạnh phúc, hạnh thông, hải hòa, hải hưng, hải yến, hồi xuân, hội cư,
    hợp lý, hợp đồng, hợp nhất, hợp thành, hợp kim, hữu nghị, hà long, hà tiên, kháng chiến, khai quang,
    kiến thiết, kiến quốc, kim ngân, kim ngọc, kinh dinh, kỳ hoa, la gi, la lay, la dạ, lương tâm,
    lương thiện, liên hợp, liên minh, liên quan, long an, long đất, lê lợi, lạc dương, lục bình,
    lãng ngâm, minh hòa, minh hóa, mộ đức, mỹ lệ, mộ đạo, ngã bảy, nguyên lý, nhân hòa, nhân nghĩa,
    nhân đạo, nhân quyền, nhân hà, nhà bè, nông trang, nông trường, nậm có, nước hai, phong hóa,
    phong phú, phong thổ, phong thủy, phong điền, phong quang, phú hộ, phú hồ, phú hòa, phú long,
    phú quý, phú thọ, phú thủy, phú trạch, phú định, phú đình, phú nghĩa, phúc lợi, phúc lộc, phượng tiến,
    phương đông, pháo đài, phục hòa, quan hóa, quang minh, quang vinh, quyết chiến, quyết thắng,
    quyết tâm, quyết tiến, quảng trường, quảng giao, quản bạ, quân chu, quốc khánh, rạng đông,
    sao vàng, sinh tồn, song phương, sông công, sông mã, sơn thủy, tam hợp, tam long, tam quan, tam đa,
    thanh bình, thanh hòa, thanh liêm, thanh long, thanh minh, thanh quân, thanh sơn, thanh xuân,
    thanh trì, thiên nhẫn, thiết kế, thành công, thành tâm, thành thới, thái hòa, thân thuộc, thăng bình,
    thịnh vượng, thống nhất, thể dục, thắng lợi, thọ sơn, thọ văn, thuận hòa, thuận lợi, thuận hóa,
    thường xuân, thượng hạ, thượng hà, thạnh hóa, thạnh lộc, thạnh trị, thảo nguyên, thần sa, thứ ba,
    tiên lương, tiên tiến, tiên phong, tiền phong, tiến bộ, tiến hóa, tiên du, toàn thắng, tri phú,
    trung bình, trung chính, trung hiếu, trung thu, trung thành, trung tâm, trung trực, trung văn,
    trung kiên, trung lập, trà tân, trà vân, trà ôn, trường sinh, trường thọ, trường thi, trường thành,
    trường phú, trấn biên, trảng dài, tu vũ, tu văn, tú vân, tân binh, tân bình hành, tân hương, tân phong,
    tân thanh, tân tạo, tân văn, tân tây, tân ước, tân tiến, tơ tung, tư nghĩa, tương dương, tất thắng,
    tây nam, tây phương, tự cường, tự do, tự lập, tự nhiên, tứ kỳ, tứ dân, u minh, văn bàn, văn minh,
    văn yên, văn hán, vân hòa, vân tụ, vân đồn, văn tự, vân bán, việt hòa, vinh quang, võ cường,
    vĩnh cửu, vĩnh hòa, vĩnh viễn, vĩnh quang, vạn an, vạn nhất, vạn sự, vu gia, xuân hòa, yên bình, yên lãng,
    yên tâm, yên trị, yên tĩnh, yên hòa, ái tử, đa mai, đan thượng, đoàn kết, đô lương, đông a, đông bắc,
    đông kinh, đông nam, đông quan, đông thành, đông thái, đông tiến, đông á, đơn dương, đại diện, đại điền,
    đại từ, đại thành, đại đồng, đại phúc, đạo lý, đạo đức, đất mũi, đất mới, đất đỏ, đề gi, định cư,
    định công, đồng bằng, đồng tiến, đồng tâm, đồng thái, đồng ý, đồng ruộng, đồng phúc, đồng hóa,
    đồng khởi, đồng lương, đồng hưu, đồng đăng, đồng yên, độc lập, đống đa, đức tính, ân nghĩa, ba chúc,
    ba ngòi, báo đáp, bằng hữu, cầu lộc, cẩm thạch, con cuông, quỳ hợp, hàm tân, thần lĩnh, tân học,
    chà là, bà gia, thôi sơn, nam trung, nam hà, kế sách, kiến tường, tam sơn, sơn động, long thành,
    minh tâm, thành đông, tam thanh, nam hòa, thông thụ, lâm bình, gia lâm, cần giờ, cát ngạn, an hội
    """
) - _phrases("đống đa, gia lâm, cần giờ, đông anh, hà tiên, cai lậy, trà ôn, củ chi, đô lương, thanh trì")
