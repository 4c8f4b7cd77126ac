"""Places as people really write them: teencode, by ear, shortened, one letter wrong, several at once.

The lines are written for this test; none stands in a set that the gazetteer is measured on.
"""

from __future__ import annotations

import time

import pytest

from referral_directory.places import Gazetteer, Place

SOLE = [
    # shortened, run together
    ("e ở k.giang nè, cần tư vấn", "tỉnh An Giang"),
    ("mik qê pyên, hỏi chút", "tỉnh Đắk Lắk"),
    ("nhà e đ.tháp, xa lắm", "tỉnh Đồng Tháp"),
    ("cthơ có chỗ nào tư vấn k", "thành phố Cần Thơ"),
    ("e ở hảiphòng, ck e nghiện", "thành phố Hải Phòng"),
    ("lagi bình thuận nha ad", "phường La Gi"),
    ("bmt lạnh wa, e ở bmt nè", "phường Buôn Ma Thuột"),
    ("e ở tp hd, hải dương á", "phường Hải Dương"),
    ("Q.NK, TPCT, con em nghiện", "phường Ninh Kiều"),
    ("H. Đông Hưng, TB. Hỏi thủ tục", "xã Đông Hưng"),
    ("p15 q.tbình hcm có chỗ nào k", "phường Tân Sơn"),
    ("P14/Q.10, chồng em dùng đá", "phường Diên Hồng"),
    ("thanh khê đn, cho hỏi số", "phường Thanh Khê"),
    ("huyện Lý Nhân, HN có chỗ cai không", "xã Lý Nhân"),
    ("em dg o q thanh xuan ha noi", "phường Thanh Xuân"),
    ("hòn gai hạlog qn, tìm bác sĩ", "phường Hồng Gai"),
    ("e ở cr khánh hoà", "phường Cam Ranh"),
    # as it sounds
    ("tui dưới Ba Chi, Bến Che nè", "xã Ba Tri"),
    ("tui ở Dĩnh Châu Sóc Trăn", "phường Vĩnh Châu"),
    ("con ở Cần Giuột Long An", "xã Cần Giuộc"),
    ("tui dìa Dĩnh Long chăm má", "tỉnh Vĩnh Long"),
    ("mik ở quãng bình", "tỉnh Quảng Trị"),
    ("e ở hué nha", "thành phố Huế"),
    # one letter wrong
    ("e ở pliku, mún cai", "phường Pleiku"),
    ("nhà em ở Quảng Ngai", "tỉnh Quảng Ngãi"),
    # several levels, in any order
    ("hcm, q.bình thạnh, p 25", "phường Thạnh Mỹ Tây"),
    ("n.an, dchâu nè", "xã Diễn Châu"),
    ("em o lien nghia duc trong", "xã Đức Trọng"),
    ("Tui ở Quảng Ninh, Quảng Bình", "xã Quảng Ninh"),
    ("em o que vo bac ninh", "phường Quế Võ"),
    # without the province, where the words around leave no doubt
    ("nhà em Tam Kỳ, có ai không", "phường Tam Kỳ"),
    ("chị ơi em Điện Bàn nè", "phường Điện Bàn"),
    ("ben buon ho co noi nao cai khong", "phường Buôn Hồ"),
    ("con toi tu con dao ve", "đặc khu Côn Đảo"),
    # where somebody lives, not what is near it, on the way, or denied
    ("em ở Hưng Nguyên, cạnh Vinh", "xã Hưng Nguyên"),
    ("Tui ở Đồng Hới chơ không phải tỉnh Quảng Ninh", "phường Đồng Hới"),
    ("em không ở Hà Nội, em ở Hà Nam", "tỉnh Ninh Bình"),
    ("trước em ở Hà Nội, giờ em về Phú Thọ", "tỉnh Phú Thọ"),
    ("ấp Bình Hòa, xã Bình Đức, Châu Thành, Tiền Giang", "xã Kim Sơn"),
    ("KP 2 phường Linh Trung, TP Thủ Đức", "phường Linh Xuân"),
    # names that are gone
    ("tỉnh Hà Tây cũ", "thành phố Hà Nội"),
    ("thành phố Vũng Tàu hồi trước", "phường Vũng Tàu"),
    ("Tôi ở Yên Bái (nay là Lào Cai)", "tỉnh Lào Cai"),
    ("xã Long Đức cũ, thành phố Trà Vinh", "phường Long Đức"),
]

NOBODY_LIVES_THERE = """
Chị Huế nhà bên chỉ em vô đây
Cô Hà Giang chủ nhiệm lớp em
Thằng Vinh rủ em chơi
Em gái Kim Liên nhà tôi bỏ học
bác sĩ Thái Bình nói em giảm liều
tui người Vân Kiều
ở Việt Nam có thuốc đó không
ở quán bar dương tính thì sao
về phòng trọ là thèm
bi quan ly sau cai may nam
quan ly tai xa co duoc di lam khong
o trong nam dau rang keu ai
9h đc k ad
t de lay lai do
con dao trong tay roi
ăn bún bò Huế
e nt cho ad ko thấy rep
hn e mệt lắm
ck e hn ko về
hòa an toàn rồi
o trung tam, ho co danh khong
ở trung tâm buồn lắm
ở VN thì sao
nhà nước có hỗ trợ gì
dong lai cua phong
Bệnh viện An Dương Vương khám chưa
dán ở nhà văn hóa thôn
""".strip().splitlines()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.mark.parametrize(("text", "name"), SOLE)
def test_a_place_is_told_as_people_write_it(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert [place.name for place in gazetteer.find(text)] == [name]


@pytest.mark.parametrize("text", NOBODY_LIVES_THERE)
def test_what_only_looks_like_a_place_is_none(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) == []


def test_a_name_of_former_wards_is_asked_back(gazetteer: Gazetteer) -> None:
    places = gazetteer.find("Tui ở An Nhơn, có ai giúp tui")
    assert _provinces(places) == {"52", "79", "68", "86", "82"}


def test_a_former_district_of_two_provinces_is_asked_back(gazetteer: Gazetteer) -> None:
    assert _provinces(gazetteer.find("em ở huyện Bảo Lâm")) == {"04", "68"}


def test_a_city_is_meant_before_a_village_of_its_name(gazetteer: Gazetteer) -> None:
    assert [place.commune_code for place in gazetteer.find("e o hoi an nha")] == ["20410"]


def test_of_a_name_in_the_province_todays_commune_is_meant(gazetteer: Gazetteer) -> None:
    assert [place.former for place in gazetteer.find("em ở Tân Phú, Đồng Nai")] == [None]


def test_initials_of_two_provinces_are_told_apart_by_the_district(gazetteer: Gazetteer) -> None:
    (binh_duong,) = gazetteer.find("tp. Thuận An, BD nha")
    (binh_dinh,) = gazetteer.find("tx An Nhơn, BD nha")
    assert (binh_duong.province_code, binh_dinh.province_code) == ("79", "52")


def test_two_districts_side_by_side_are_both_told(gazetteer: Gazetteer) -> None:
    places = gazetteer.find("mi ở Duy Xuyên hả, tau ở Quế Sơn")
    assert [place.name for place in places] == ["xã Duy Xuyên", "xã Quế Sơn"]


def test_a_choice_tells_the_former_name_that_was_meant(gazetteer: Gazetteer) -> None:
    titles = [place.title for place in gazetteer.find("Chồng em ở Phước Long")]
    assert "xã Phước Long, tỉnh Vĩnh Long" in titles
    assert "phường Nam Nha Trang (phường Phước Long cũ), tỉnh Khánh Hòa" in titles


def test_a_long_text_is_read_in_the_time_of_a_short_one_by_its_length(gazetteer: Gazetteer) -> None:
    text = "em o ben tre, cho em hoi bthuan p.yen dong ha vinh long can tho " * 30
    gazetteer.find(text)
    began = time.process_time()
    gazetteer.find(text)
    assert time.process_time() - began < 0.5


def _provinces(places: list[Place]) -> set[str]:
    return {place.province_code for place in places}
