"""What counts as a place in a sentence, and what it is today."""

from __future__ import annotations

import pytest

from referral_directory.places import Gazetteer, Place

ORDINARY = """
em muốn cai nghiện thì bắt đầu từ đâu
em muon cai ma khong biet hoi ai
cho mình xin tư vấn với
tu van cho em voi
con tôi mới 15 tuổi, nó chơi đá
con toi choi da 3 thang nay roi
chồng em nghiện nặng lắm rồi
chong em nghien da nang lam roi
em an toan chua
chỗ này có an toàn không, có giấu tên không
nhà em có hạnh phúc gì đâu
gia dinh em khong ai biet
mình ở nhà một mình thấy buồn
o nha mot minh em so lam
em ở trong tù mới ra
tôi vừa ở trại về, giờ muốn làm lại
ở đây có ai không
o day co ai khong
anh ấy đi làm xa, cuối tuần mới về
anh ay di lam xa lam
bà nội em bảo đi cai
ba noi em bao di cai
bị bắt lần đầu thì phạt bao nhiêu
toi bi bat lan dau
bố mẹ không đồng ý cho em đi
luật mới có hiệu lực từ ngày nào
thời hạn quản lý sau cai là bao lâu
thuốc methadone uống lâu dài có hại không
xa hoi nhin em bang con mat khac
xã hội nhìn người như em khác lắm
phương tiện đi lại của em không có
phuong tien di lai khong co
em quan tâm đến thuốc thay thế
em quan tam toi thuoc thay the
quan trọng là em phải quyết tâm
quan trong la em phai quyet tam
huyện bỏ rồi thì nộp đơn ở đâu
tinh than em di xuong
tinh cam vo chong ran nut
từ hôm qua tới giờ em vã quá
hn em mệt quá không ngủ được
em tên Minh Đức, năm nay 20 tuổi
anh Thanh Hải nhà bên cũng từng cai
chị Hương Sơn ơi giúp em
bác sĩ Tân kê thuốc cho em
bạn em chơi ke, chơi cỏ
em lam dong suot ngay, met qua
nghe an ui cung do buon
bi lao cai nghien duoc khong
em can tho oxy khong
ở bên trẻ em phải giữ gìn
trong long an tam hon nhieu
tân sinh viên như em sợ bị rủ rê
chúc bạn bình an
em muốn sống bình thường như người ta
em muon song binh thuong nhu nguoi ta
ở trung tâm họ có đánh không
o trung tam ho co danh khong
về thanh toán thì ai trả tiền
em ở với bà ngoại từ nhỏ
ở tuổi này còn cai được không
mai em đi xét nghiệm nước tiểu
tại sao phải khai báo với công an xã
tai sao phai khai bao voi cong an xa
công an phường mời em lên làm việc
công an huyện giờ còn không
đường Lê Lợi chỗ em hay có người bán
gần trường Nguyễn Trãi có tụi bán cỏ
em đang ở quán Hải Vân chơi với bạn
quán 8 giờ tối mới mở
q3 ngày nay em không ngủ
có ai ở đó không, làm ơn
em nghe nói bệnh viện Bạch Mai có bác sĩ giỏi
hòa thuận lại với gia đình khó quá
tương lai em rồi sẽ ra sao
em song noi tam, kho noi
toi can gap nguoi that
cho toi so dien thoai
hom nay la thu ba ngay 24
tôi 45 tuổi, thành công rồi lại mất hết
""".strip().splitlines()

NAMED = [
    # text, today's unit, today's province, former unit
    ("e o quy nhon", "phường Quy Nhơn", "tỉnh Gia Lai", None),
    ("giao thủy nam định cũ", "xã Giao Thủy", "tỉnh Ninh Bình", None),
    ("gần chợ Long Hồ", "xã Long Hồ", "tỉnh Vĩnh Long", None),
    ("tx Duyên Hải cũ", "phường Duyên Hải", "tỉnh Vĩnh Long", "thị xã Duyên Hải"),
    ("Long Hồ Vĩnh Long", "xã Long Hồ", "tỉnh Vĩnh Long", None),
    ("long ho vinh long", "xã Long Hồ", "tỉnh Vĩnh Long", None),
    ("nhà em ở huyện Long Hồ", "xã Long Hồ", "tỉnh Vĩnh Long", "huyện Long Hồ"),
    ("h. Long Hồ", "xã Long Hồ", "tỉnh Vĩnh Long", "huyện Long Hồ"),
    ("xã long hồ có chỗ nào không", "xã Long Hồ", "tỉnh Vĩnh Long", None),
    ("xa long ho", "xã Long Hồ", "tỉnh Vĩnh Long", None),
    ("em ở Vĩnh Long", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long", None),
    ("em o vlong", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long", None),
    ("Vỉnh Long có chỗ cai không", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long", None),
    ("VĨNH LONG", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long", None),
    ("Bến Tre có cơ sở nào không", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long", "tỉnh Bến Tre"),
    ("em o ben tre", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long", "tỉnh Bến Tre"),
    ("quê trà vinh", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long", "tỉnh Trà Vinh"),
    ("ở Bình Định cai ở đâu", "tỉnh Gia Lai", "tỉnh Gia Lai", "tỉnh Bình Định"),
    ("tinh binh dinh", "tỉnh Gia Lai", "tỉnh Gia Lai", "tỉnh Bình Định"),
    ("người Sóc Trăng", "thành phố Cần Thơ", "thành phố Cần Thơ", "tỉnh Sóc Trăng"),
    ("hau giang", "thành phố Cần Thơ", "thành phố Cần Thơ", "tỉnh Hậu Giang"),
    ("mình ở Quảng Bình", "tỉnh Quảng Trị", "tỉnh Quảng Trị", "tỉnh Quảng Bình"),
    ("huyện Nam Trực", "xã Nam Trực", "tỉnh Ninh Bình", "huyện Nam Trực"),
    ("Nam Trực có chỗ cai không", "xã Nam Trực", "tỉnh Ninh Bình", None),
    ("o nam truc nam dinh", "xã Nam Trực", "tỉnh Ninh Bình", None),
    ("Quận 8", "quận 8 (cũ)", "thành phố Hồ Chí Minh", "quận 8"),
    ("em ở q8 nè", "quận 8 (cũ)", "thành phố Hồ Chí Minh", "quận 8"),
    ("q.10 tphcm", "quận 10 (cũ)", "thành phố Hồ Chí Minh", "quận 10"),
    ("quan 1", "quận 1 (cũ)", "thành phố Hồ Chí Minh", "quận 1"),
    ("p5 q8", "phường Chánh Hưng", "thành phố Hồ Chí Minh", "phường 5"),
    ("ở hcm", "thành phố Hồ Chí Minh", "thành phố Hồ Chí Minh", None),
    ("TP.HCM", "thành phố Hồ Chí Minh", "thành phố Hồ Chí Minh", None),
    ("sg có chỗ nào ko", "thành phố Hồ Chí Minh", "thành phố Hồ Chí Minh", None),
    ("dạ em ở Sài Gòn", "thành phố Hồ Chí Minh", "thành phố Hồ Chí Minh", None),
    ("em ở hn", "thành phố Hà Nội", "thành phố Hà Nội", None),
    ("ha noi co cho nao", "thành phố Hà Nội", "thành phố Hà Nội", None),
    ("quận Ninh Kiều", "phường Ninh Kiều", "thành phố Cần Thơ", "quận Ninh Kiều"),
    ("cai rang can tho", "phường Cái Răng", "thành phố Cần Thơ", None),
    ("tp cần thơ", "thành phố Cần Thơ", "thành phố Cần Thơ", None),
    ("TP Vĩnh Long", "thành phố Vĩnh Long (cũ)", "tỉnh Vĩnh Long", "thành phố Vĩnh Long"),
    ("tp nam dinh", "phường Nam Định", "tỉnh Ninh Bình", "thành phố Nam Định"),
    ("em ở Đà Lạt", "thành phố Đà Lạt (cũ)", "tỉnh Lâm Đồng", "thành phố Đà Lạt"),
    ("o nha trang", "phường Nha Trang", "tỉnh Khánh Hòa", None),
    ("đang ở Pleiku", "phường Pleiku", "tỉnh Gia Lai", None),
    ("xã Thanh Đức huyện Long Hồ", "phường Thanh Đức", "tỉnh Vĩnh Long", "xã Thanh Đức"),
    (
        "chau thanh a hau giang",
        "huyện Châu Thành A (cũ)",
        "thành phố Cần Thơ",
        "huyện Châu Thành A",
    ),
    ("thị xã Ngã Bảy", "phường Ngã Bảy", "thành phố Cần Thơ", "thành phố Ngã Bảy"),
    ("em ở Tân Phú, Đồng Nai", "xã Tân Phú", "tỉnh Đồng Nai", None),
    ("Qui Nhơn Gia Lai", "phường Quy Nhơn", "tỉnh Gia Lai", None),
    ("phường Quy Nhơn Tây", "phường Quy Nhơn Tây", "tỉnh Gia Lai", None),
    ("xã Yên Bài, huyện Ba Vì", "xã Yên Bài", "thành phố Hà Nội", None),
    ("huyện U Minh Cà Mau", "xã U Minh", "tỉnh Cà Mau", "huyện U Minh"),
    ("xã Mỹ Thuận, An Giang", "xã Mỹ Thuận", "tỉnh An Giang", None),
    ("Thủ Đức có chỗ nào", "phường Thủ Đức", "thành phố Hồ Chí Minh", None),
    ("ở Buôn Ma Thuột", "phường Buôn Ma Thuột", "tỉnh Đắk Lắk", None),
    ("đắc lắc", "tỉnh Đắk Lắk", "tỉnh Đắk Lắk", None),
    ("em ở Huế", "thành phố Huế", "thành phố Huế", None),
    ("vũng tàu có chỗ cai ko", "phường Vũng Tàu", "thành phố Hồ Chí Minh", None),
    ("gần bệnh viện Tam Bình Vĩnh Long", "xã Tam Bình", "tỉnh Vĩnh Long", None),
    ("trường đại học Cần Thơ", "thành phố Cần Thơ", "thành phố Cần Thơ", None),
    ("ở Đống Đa Hà Nội", "phường Đống Đa", "thành phố Hà Nội", None),
    ("thành phố Hòa Bình", "phường Hòa Bình", "tỉnh Phú Thọ", "thành phố Hòa Bình"),
    ("tỉnh Thái Bình", "tỉnh Hưng Yên", "tỉnh Hưng Yên", "tỉnh Thái Bình"),
    ("thị trấn Nam Giang, Nam Trực", "xã Nam Trực", "tỉnh Ninh Bình", "thị trấn Nam Giang"),
    ("ở Cai Lậy", "phường Cai Lậy", "tỉnh Đồng Tháp", None),
    ("em ở Dĩ An", "phường Dĩ An", "thành phố Hồ Chí Minh", None),
    ("vinhlong", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long", None),
    ("em o quynhon", "phường Quy Nhơn", "tỉnh Gia Lai", None),
]

ANSWERS = [
    ("long hồ", "xã Long Hồ", "tỉnh Vĩnh Long"),
    ("dạ long hồ ạ", "xã Long Hồ", "tỉnh Vĩnh Long"),
    ("quy nhon", "phường Quy Nhơn", "tỉnh Gia Lai"),
    ("QUY NHON", "phường Quy Nhơn", "tỉnh Gia Lai"),
    ("da nang", "thành phố Đà Nẵng", "thành phố Đà Nẵng"),
    ("can tho", "thành phố Cần Thơ", "thành phố Cần Thơ"),
    ("hn", "thành phố Hà Nội", "thành phố Hà Nội"),
    ("vl", "tỉnh Vĩnh Long", "tỉnh Vĩnh Long"),
    ("gần Nam Trực nha bạn", "xã Nam Trực", "tỉnh Ninh Bình"),
    ("Nhà Bè", "xã Nhà Bè", "thành phố Hồ Chí Minh"),
]

NO_ANSWER = [
    "không",
    "khong",
    "thôi",
    "tư vấn",
    "tu van",
    "an",
    "tân",
    "hòa",
    "gia đình",
    "gia dinh",
]
NO_ANSWER += [
    "không biết",
    "trung tâm",
    "an toàn",
    "mình không muốn nói",
    "ở nhà",
    "?",
    "",
    "👍",
    "8",
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_sentence_names_no_place(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) == []


@pytest.mark.parametrize(("text", "name", "province", "former"), NAMED)
def test_a_named_place_is_todays_unit(
    gazetteer: Gazetteer, text: str, name: str, province: str, former: str | None
) -> None:
    places = gazetteer.find(text)
    assert [(p.name, p.province, p.former) for p in places] == [(name, province, former)]


@pytest.mark.parametrize(("text", "name", "province"), ANSWERS)
def test_a_short_answer_may_be_a_bare_name(
    gazetteer: Gazetteer, text: str, name: str, province: str
) -> None:
    assert [(p.name, p.province) for p in gazetteer.from_answer(text)] == [(name, province)]


@pytest.mark.parametrize("text", NO_ANSWER)
def test_a_short_answer_without_a_place_gives_none(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.from_answer(text) == []


@pytest.mark.parametrize(("text", "name", "province", "former"), NAMED)
def test_a_short_answer_finds_all_a_sentence_would(
    gazetteer: Gazetteer, text: str, name: str, province: str, former: str | None
) -> None:
    places = gazetteer.from_answer(text)
    assert [(p.name, p.province, p.former) for p in places] == [(name, province, former)]


def test_an_ambiguous_name_gives_every_province_that_has_it(gazetteer: Gazetteer) -> None:
    provinces = {place.province for place in gazetteer.find("em ở Tân Phú")}
    assert {"tỉnh Đồng Nai", "thành phố Hồ Chí Minh", "tỉnh Vĩnh Long"} <= provinces


def test_initials_that_two_provinces_share_give_both(gazetteer: Gazetteer) -> None:
    former = {place.former for place in gazetteer.from_answer("bd")}
    assert former == {"tỉnh Bình Định", "tỉnh Bình Dương"}


def test_a_barred_d_tells_them_apart(gazetteer: Gazetteer) -> None:
    assert [place.former for place in gazetteer.from_answer("bđ")] == ["tỉnh Bình Định"]


def test_two_places_named_are_both_given(gazetteer: Gazetteer) -> None:
    names = [p.name for p in gazetteer.find("em quê Cà Mau, đang làm ở Hà Nội")]
    assert names == ["tỉnh Cà Mau", "thành phố Hà Nội"]


def test_a_commune_that_is_not_in_the_named_province_leaves_both_to_ask(
    gazetteer: Gazetteer,
) -> None:
    names = {p.name for p in gazetteer.find("xã Long Hồ, Cà Mau")}
    assert names == {"xã Long Hồ", "tỉnh Cà Mau"}


def test_a_former_province_is_centred_on_its_own_area(gazetteer: Gazetteer) -> None:
    (ben_tre,) = gazetteer.find("tỉnh Bến Tre")
    (commune,) = gazetteer.find("phường Bến Tre")
    assert abs(ben_tre.latitude - commune.latitude) < 0.3
    assert abs(ben_tre.longitude - commune.longitude) < 0.3


def test_decomposed_text_reads_like_composed_text(gazetteer: Gazetteer) -> None:
    import unicodedata

    decomposed = unicodedata.normalize("NFD", "em ở huyện Long Hồ")
    assert gazetteer.find(decomposed) == gazetteer.find("em ở huyện Long Hồ")


def test_all_communes_and_provinces_are_there(gazetteer: Gazetteer) -> None:
    place = gazetteer.commune("29602")
    assert place is not None
    assert place.title == "xã Long Hồ"
    assert gazetteer.commune("99999") is None
    assert gazetteer.province_title("86") == "tỉnh Vĩnh Long"


def test_the_code_of_a_place_brings_it_back(gazetteer: Gazetteer) -> None:
    for text in ("xã Long Hồ", "quận 8", "tỉnh Bến Tre", "Gia Lai", "tp Vĩnh Long"):
        (place,) = gazetteer.find(text)
        assert gazetteer.by_code(place.code) == place
    assert gazetteer.by_code("00000") is None


def test_every_commune_with_its_province_is_found(gazetteer: Gazetteer) -> None:
    missed = [
        commune.title
        for commune in gazetteer.communes()
        if commune.code not in _codes(gazetteer.find(f"{commune.title}, {commune.province.title}"))
    ]
    assert missed == []


def _codes(places: list[Place]) -> set[str | None]:
    return {place.commune_code for place in places}
