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
    "fường": ("commune",),
    "t": ("province",),
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
    "fường": "phường",
    "t": "tỉnh",
}
# Letters that are teencode for other words: they need a dot, a number or a capital name after them.
SHORT_KINDS = frozenset({"h", "q", "x", "p", "f", "t", "tt"})
# After "quận 3" or "q3" these say that the number counts something else.
COUNTED = words(
    "ngày ngay tháng thang năm nam tuổi tuoi giờ gio lần lan người nguoi k tr triệu tuần"
)

# Words that a shortened name must not be taken from: "spa" is not Sa Pa.
NOT_SHORT = frozenset({"spa", "sdo", "tdo"})
# After a place that somebody comes from: "tu con dao ve".
FROM = words("từ tu")
MOTION = words("về ve lên len xuống xuong ra vào vao vô vo sang qua đi di")
# Shortened kinds that may stand before lower-case initials: "tp nt".
CITY_KINDS = frozenset({"tp", "tx", "q", "h"})

STRONG_CUES = words(
    "ở o tại tai về ve quê que qê gần gan quanh sống song trú thuộc dìa dzìa zìa vìa zề dề"
)
WEAK_CUES = words(
    "từ đến tới qua ra lên xuống sang đi vào vô dzô dô dân dan người nguoi den ng xứ tu"
)
# Beside a name they say that a place is meant, though less than "ở" does.
SIDES = words(
    "bên ben dưới duoi trên tren ngoài ngoai trong miệt miet đằng phía phia khu vùng vung xứ đảo dao"
)
SOFTENERS = SIDES | words(
    "chỗ cho vực vuc địa dia bàn ban gần gan đâu dau là la mình minh em tôi toi nhà nha dao đất"
    " tận tuốt luôn xã xóm trọ lại lai"
)
# Somebody who may be speaking of themselves: "em Bạc Liêu nè".
SELF = words("em con cháu tui tôi toi mình minh mik tớ e tau chau")
# Before such a word: "nhà em", "quê tui", "chị ơi em".
HOMES = words("nhà nha quê que qê dân gia đình dinh ơi oi xóm làng dạ")
DENIALS = _sounds(
    "không phải, khong phai, hổng phải, ko phải, k phải, hông phải, chứ không,"
    " không ở, khong o, ko ở, k ở, hok ở, hông ở, hổng ở, chẳng ở, hết ở"
)
FORMER = words("cũ")
FORMER_PHRASES = _sounds(
    "hồi trước, hồi xưa, hồi còn, hồi đó, hồi nẳm, hồi chưa, ngày trước, ngày xưa, trước đây,"
    " trước kia, trước thuộc, nay là, giờ là, giờ thuộc, giờ gọi, giờ kêu, hoi truoc, hoi xua,"
    " ngay truoc, ngay xua, truoc day, truoc thuoc, nay la, gio la, cu nay"
)
# Words that end what was said of a place.
PARTICLES = words(
    "nè ne nha nhe nhé nghe nghen ạ á đây day đó do ấy ad hả ni tê nì nớ nhen nà nhá đấy mà ma"
    " có co cần can mún muốn muon hỏi hoi cho nhờ xin mik mình"
)
# After a name that opens a sentence they make it a place spoken of: "can tho co ca nao truc".
TOPICS = words(
    "em e mình minh mik tôi toi tui con cháu chau nhà nha quê que có co cho thì thi giờ gio ơi oi"
    " nè ne nha nghen đây day á à đó mà xin ad gần gan"
)
# Letters that are teencode for other words or stand for offices, never for a place.
NOT_INITIALS = words(
    "tt bv bs ks kt vp dh cs ca th nv pk cn nc sn ph dc vk ck mn ng tn bn bt cv gd xh cty vn mk"
    " mik bm cf ha kp kdc kcn tdp hk"
)
# Letters that are also "không", unless a clause ends after them.
NOT_LETTERS = words("kg kh hg")
NOT_FOLLOWED = words("có co biết bít bit được đc ai ở")
ISLANDS = words("đảo dao")
NOW = words("giờ gio hiện hien nay")
ORIGINS = words("quê que qê")
STREETS = _sounds(
    "ấp, ap, thôn, thon, khóm, khom,"
    " đường, duong, phố, hẻm, hem, ngõ, ngo, trường, truong, cầu, cau, chùa, chua, nhà thờ, quán,"
    " công ty, cong ty, cty, khách sạn, khach san, thpt, thcs, tiểu học, đại học, dai hoc,"
    " shop, bar,"
    " karaoke, chung cư, chung cu, quốc lộ, ql, sông, song, hồ, núi, ga, bến xe"
)
ROADS = _sounds("đường, duong, phố, hẻm, hem, ngõ, ngo, quán, khách sạn, karaoke, cầu")
# What a province is known for: "bún bò Huế" is eaten anywhere.
DISHES = _sounds("phở, bún, bún bò, bánh, nem, mì, kẹo dừa, rượu, phim, bài hát")
HOSPITALS = _sounds("bệnh viện, benh vien, bv, phòng khám, phong kham, nhà thuốc, nha thuoc, viện")
MARKETS = _sounds("chợ, cho, siêu thị, sieu thi")
HOSPITAL_NAMES = _phrases(
    "Bạch Mai, Thống Nhất, Việt Đức, Hòa Bình, An Bình, Bình Dân, Hùng Vương, Nguyễn Trãi, Tâm Trí,"
    " Hồng Ngọc, Tâm Anh, Phương Đông, Thu Cúc, Bình An, Vạn Hạnh, Hoàn Mỹ, Chợ Rẫy, Từ Dũ, Tâm Đức"
)
PERSONS = words(
    "thằng thang nhỏ đứa ả tía má mạ mẹ ba anh chị cô chú bác thầy bé ông bà em cháu tên ten mợ dì"
    " cậu thím bs sĩ si con bạn chi thay chồng vợ họ gái trai rể dâu"
)
NAMED = words("tên ten sĩ si thầy bs")

# Provinces whose name is also an everyday phrase: with diacritics, and without.
EVERYDAY_PROVINCES = _sounds(
    "hòa bình, thái bình, bình định, hải dương, nam hà, hà bắc, minh hải, hà tây, hà tuyên"
)
EVERYDAY_PLAIN_PROVINCES = _phrases(
    "hòa bình, thái bình, bình định, hải dương, lào cai, lâm đồng, đà nẵng, bến tre, gia lai,"
    " nghệ an,"
    " long an, phú thọ, sơn la, cần thơ, hà tĩnh, kiên giang, điện biên, cao bằng, an giang, huế,"
    " hà nam, khánh hòa, thanh hóa, bình dương, cà mau, yên bái, nam định, hà giang, phú yên,"
    " lai châu, tây ninh, quảng nam, tiền giang, thái nguyên, hưng yên, nam hà, hà bắc, minh hải,"
    " hà tây, hà tuyên, bắc thái, vĩnh phú"
)
# After these accent-less names these words show that an everyday phrase was meant.
NOT_AFTER: dict[tuple[str, ...], frozenset[str]] = {
    name_key("bến tre"): words("em con nhỏ nho trung tuoi nao"),
    name_key("lào cai"): words("nghien nghiện"),
    name_key("nghệ an"): words("ui khuyen"),
    name_key("long an"): words("toan tam ui"),
    name_key("đà nẵng"): words("them lam roi qua hon"),
    name_key("cần thơ"): words("oxy"),
    name_key("điện biên"): words("phủ phu co thi cho con nha ne"),
}

ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "Hồ Chí Minh": (
        "hcm",
        "tphcm",
        "hcmc",
        "sài gòn",
        "sg",
        "saigon",
        "xì gòn",
        "xài gòn",
        "tphochiminh",
        "s gòn",
    ),
    "Bà Rịa - Vũng Tàu": ("brvt", "br vt"),
    "Huế": ("thừa thiên huế", "tt huế", "thừa thiên", "tth", "tthuế"),
    "Cần Thơ": ("tpct",),
    "Đà Nẵng": ("tpđn",),
    "Hải Phòng": ("tphp",),
    "Đắk Lắk": ("đắc lắc", "daklak", "đăk lăk", "đaklak"),
    "Đắk Nông": ("đắc nông", "daknong", "đăk nông"),
    "Bắc Kạn": ("bắc cạn",),
    # Provinces of before 1997 that lie in one of today's as a whole.
    "Hà Nội": ("tphn", "hnoi", "hn", "hà tây"),
    "Bắc Ninh": ("hà bắc",),
    "Ninh Bình": ("nam hà", "hà nam ninh"),
    "Phú Thọ": ("vĩnh phú",),
    "Lào Cai": ("hoàng liên sơn",),
    "Tuyên Quang": ("hà tuyên",),
    "Thái Nguyên": ("bắc thái",),
    "Cà Mau": ("minh hải",),
    "Kon Tum": ("kontum",),
}
# Former districts and cities.
CITY_NAMES: dict[str, tuple[str, ...]] = {
    "Buôn Ma Thuột": ("ban mê thuột", "buôn mê thuột", "bmt", "bmthuột"),
    "Thủ Dầu Một": ("tdm", "thủ dầu 1"),
    "Pleiku": ("plei ku", "plây ku", "playcu", "pleicu"),
    "Quy Nhơn": ("qnhơn",),
    "Phan Rang-Tháp Chàm": ("phan rang", "tháp chàm"),
}
# "hn" is also teencode for "hôm nay": it counts only right after a word like "ở".
CUE_ONLY = _phrases("hn, tth")

FILLERS = words(
    "dạ da vâng vang ạ a em tôi toi tui mình minh con cháu chau anh chị chi nhà nha ở o tại"
    " tai gần gan"
    " là la ừ uh ok nha nhé nhe cũ cu nay thì thi chỗ cho bên ben quê que sống song đang dang hiện"
    " hien giờ gio bây bay đây day này khu vực vuc dưới duoi trên tren ơi oi tỉnh tinh thuộc"
    " thuoc của cua"
    " vn việt viet nam về ve đó do bot ad thưa trước truoc chứ chu nhưng"
)

_STOP = """
    ái tử, an bình, an cư, an định, an dưỡng, an hải, an hiệp, an hội, an khánh, an lạc, an
    lương, an minh, ân nghĩa, an ninh, an nông, an toàn, an tường, ba động, ba gia, ba ngòi, ba
    tơ, ba xa, bác ái, bắc hà, bản bo, bàn cờ, bằng hữu, báo đáp, bao la, bảo lâm, bảo toàn,
    biển bạch, biến động, biên giới, bình an, bình dân, bình giã, bình minh, bình nguyên, bình
    phục, bình tâm, bình thành, bình trị, bình yên, bố hạ, cái bè, cam an, cẩm bình, cẩm hưng,
    cảm nhân, cam phục, cẩm thạch, cao minh, cao thượng, cao xanh, cát ngạn, cầu kiệu, cầu lộc,
    chà là, chân lý, chế tạo, chí công, chỉ đạo, chiến thắng, chính nghĩa, chợ đồn, cổ đô, cổ
    lễ, có mạ, cồn cỏ, công bằng, công chính, công lý, cự đồng, đa mai, đại diện, đại đồng, đại
    phúc, đại thành, đại từ, dân chủ, dân hòa, dân quyền, đan thượng, dân tiến, danh thắng, đạo
    đức, đạo lý, đất đỏ, đất mới, đề gi, dị sử, định cư, đoàn kết, độc lập, đơn dương, đông a,
    đông bắc, đồng bằng, đồng đăng, đồng hóa, đồng hưu, đồng khởi, đông kinh, đồng lương, đông
    nam, đồng phúc, đông quan, đồng ruộng, đồng tâm, đông thái, đông thành, đông tiến, đồng ý,
    đồng yên, dương hòa, duy nhất, gia định, gia hòa, gia phong, gia tường, giang sơn, giao an,
    giao hòa, gò dầu, hải hòa, hải hưng, hải yến, hạnh phúc, hạnh thông, hiền lương, hiệp lực,
    hòa điền, hòa hội, hòa lợi, hòa mỹ, hòa minh, hòa thuận, hòa trí, hòa vang, hoàng an, hoàng
    kim, hội cư, hồi xuân, hợp đồng, hợp kim, hợp lý, hợp nhất, hợp thành, hùng đức, hưng thịnh,
    hướng đạo, hữu nghị, khai quang, kháng chiến, kiến quốc, kiến thiết, kiến tường, kim ngân,
    kim ngọc, kinh dinh, la dạ, la gi, la lay, lạc dương, lâm bình, lãng ngâm, lê lợi, liên hợp,
    liên minh, liên quan, long an, long thành, lục bình, lương tâm, lương thiện, mỹ lệ, minh
    hòa, minh tâm, mộ đạo, nậm có, nam hà, nam hòa, nam trung, ngã bảy, nguyên lý, nhà bè, nhân
    đạo, nhân hà, nhân hòa, nhân nghĩa, nhân quyền, nông trường, nước hai, pháo đài, phong điền,
    phong hóa, phong phú, phong quang, phong thủy, phú hộ, phú long, phú nghĩa, phú quý, phú
    thọ, phú trạch, phúc lộc, phúc lợi, phương đông, quân chu, quảng giao, quang minh, quảng
    trường, quang vinh, quốc khánh, quyết chiến, quyết tâm, quyết thắng, quyết tiến, rạng đông,
    sao vàng, sinh tồn, sơn động, sơn thủy, sông công, sông mã, song phương, tam hợp, tam long,
    tam quan, tam sơn, tam thanh, tân binh, tân học, tân hương, tân phong, tân tây, tân thanh,
    tân tiến, tân ước, tân văn, tất thắng, tây nam, tây phương, thái hòa, thân thuộc, thắng lợi,
    thanh bình, thành công, thành đông, thanh hòa, thạnh lộc, thanh long, thanh minh, thanh
    quân, thanh sơn, thành tâm, thành thới, thanh xuân, thảo nguyên, thể dục, thiên nhẫn, thiết
    kế, thịnh vượng, thọ sơn, thọ văn, thôi sơn, thống nhất, thứ ba, thuận hòa, thuận lợi,
    thượng hạ, tiến bộ, tiên du, tiến hóa, tiên lương, tiên phong, tiên tiến, toàn thắng, trà
    tân, trung bình, trung chính, trung hiếu, trung kiên, trung lập, trung tâm, trung thành,
    trung thu, trung trực, trung văn, trường phú, trường sinh, trường thành, trường thi, trường
    thọ, tự cường, tứ dân, tự do, tứ kỳ, tự lập, tự nhiên, tu vũ, tương dương, u minh, vạn an,
    văn bàn, vân hòa, văn minh, vạn nhất, vân tụ, vĩnh cửu, vĩnh hòa, vinh quang, vĩnh viễn, vu
    gia, xuân hòa, yên bình, yên hòa, yên tâm, yên tĩnh, văn hóa, tiền phong, cờ đỏ, đồng thanh,
    việt nam, quán bar, ba na, vân kiều, giang hồ, rạch da, con dao, bình hút, thằng con, chợ
    mô, hắc dịch, gần chợ, trong hai, hồng hải
"""
STOP, STOP_SOUNDS = _phrases(_STOP), _sounds(_STOP)
# Names that without diacritics are everyday words ("bao ai", "di an").
EVERYDAY_PLAIN = _phrases(
    """
    bảo ái, côn minh, cô ba, chợ rã, cửa ông, nhân cơ, cư bao, cà đam, ân thi, tiên la, hội phú,
    hải anh, định quán, vị thanh, dĩ an, nậm mạ, côn lôn, hồng ngự, hà bắc, hồng an, chợ mới, vỹ dạ,
    tứ minh, tam thắng, chí minh, trường lâm, anh dũng, ô diên, văn nho, bảo thắng, cô tô, cái răng,
    cái nước, bồ đề, thiệu tiến, la bằng, di linh, nam đà, hải châu, bản máy, tây đô, tiên điền,
    thăng phú, quý hòa, nậm cuổi, cổ đạm, bảo an, vụ bản, phong nẫm, nam sách, la ngà, cần đước,
    văn lâm, thượng hồng, nam triệu, dương nỗ, cồn tiên, đôn châu, tiên đồng, quảng xương, liêu tú,
    kim bảng, cẩm tú, cam hồng, bờ y, an tịnh, giá rai, dương nội, cẩm lý, cam lâm, bản hồ, ba vì,
    đồng kỳ, ngãi tứ, lai thành, chợ quán, tả van, tà lài, thọ phú, thạnh hải, thượng minh,
    tam chung, tam anh, nậm nèn, nhã nam, nam lý, nam hồng, minh khai, lam vỹ, gia hội, cát tiến,
    bất bạt, an viễn, đức cơ, ô lâm, tứ mỹ, triệu cơ, tiến thắng, thượng lâm, nhân thắng, mễ sở,
    lâm hà, long chữ, hòa xá, dền sáng, diên lâm, bình xa, bình cơ, đường an, vật lại, văn lang,
    đông hà, côn đảo, hải hà, an phú
    """
)

# A place after these is passed, reached or near, not where somebody lives.
BY_THE_WAY = words(
    "nhập nhap đi qua ra lên xuống sang tới đến cạnh giáp sát cách gần ngang chợ cầu cau canh giap di xa"
)
# Somebody lived there once where such a word stands within three words before "ở".
LIVED = words("ở o sống song")
ONCE = words("trước truoc xưa xua từng")
BETWEEN = words("vào vô là với biên giới tận thành phố tỉnh huyện phường xã tp cầu chợ la")
