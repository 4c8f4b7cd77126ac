"""Names of units in cells, old ones too."""

from __future__ import annotations

import pytest

from referral_directory.intake.whereabouts import BadPlace, Named, Register, split_address
from referral_directory.units import load_units


@pytest.fixture(scope="module")
def register() -> Register:
    return Register(load_units())


@pytest.mark.parametrize(
    ("named", "code", "former"),
    [
        (Named("Quy Nhơn Tây", "", "Gia Lai"), "21589", ""),
        (
            Named("Phước Lộc", "Tuy Phước", "Bình Định"),
            "21952",
            "xã Phước Lộc, huyện Tuy Phước, tỉnh Bình Định",
        ),
        (
            Named("phuoc loc", "H. tuy phuoc", "T. Binh Dinh".removeprefix("T. ")),
            "21952",
            "xã Phước Lộc, huyện Tuy Phước, tỉnh Bình Định",
        ),
        (
            Named("TT Tuy Phước", "H.Tuy Phước", "tỉnh Bình Định"),
            "21952",
            "thị trấn Tuy Phước, huyện Tuy Phước, tỉnh Bình Định",
        ),
        (Named("P.05", "Q.8", "TP.HCM"), "27418", "phường 5, quận 8"),
        (Named("phường Quy Nhơn", "", "Bình Định"), "21583", "tỉnh Bình Định"),
    ],
)
def test_names_become_todays_commune(
    register: Register, named: Named, code: str, former: str
) -> None:
    found = register.find(named)
    assert (found.commune_code, found.former_unit) == (code, former)
    assert bool(found.note) == bool(former)


def test_an_ambiguous_name_is_refused_with_the_choices(register: Register) -> None:
    with pytest.raises(BadPlace, match="xã Tân Phú, tỉnh Đồng Nai \\(mã 26116\\)") as refused:
        register.find(Named("Tân Phú"))
    assert refused.value.column == "commune"
    assert "tỉnh Tây Ninh" in str(refused.value)


@pytest.mark.parametrize(
    ("named", "column"),
    [
        (Named("Xã Nowhere", "", "Gia Lai"), "commune"),
        (Named("Quy Nhơn", "Tuy Phuoc Dong", "Gia Lai"), "district"),
        (Named("Quy Nhơn", "", "Gia Lào"), "province"),
        (Named("", "Châu Thành", ""), "district"),
    ],
)
def test_unknown_names_are_refused_at_their_column(
    register: Register, named: Named, column: str
) -> None:
    with pytest.raises(BadPlace) as refused:
        register.find(named)
    assert refused.value.column == column


def test_a_former_district_alone_gives_the_province_and_the_communes_to_choose_from(
    register: Register,
) -> None:
    found = register.find(Named("", "Tuy Phước", "Bình Định"))
    assert (found.commune_code, found.province_code) == ("", "52")
    assert found.former_unit == "huyện Tuy Phước, tỉnh Bình Định"
    assert "xã Tuy Phước Đông" in found.choices


@pytest.mark.parametrize(
    ("address", "street", "named"),
    [
        (
            "12 Trần Phú, P. Trần Phú, TP Quy Nhơn, Bình Định",
            "12 Trần Phú",
            Named("P. Trần Phú", "TP Quy Nhơn", "Bình Định"),
        ),
        (
            "số 5 đường Lê Lợi phường Trần Phú thành phố Quy Nhơn tỉnh Bình Định, Việt Nam",
            "số 5 đường Lê Lợi",
            Named("phường Trần Phú", "thành phố Quy Nhơn", "tỉnh Bình Định"),
        ),
        ("Thôn 3 - xã Phước Lộc", "Thôn 3", Named("xã Phước Lộc")),
        ("12 Trần Phú", "12 Trần Phú", Named()),
        ("Trần Phú", "Trần Phú", Named()),
    ],
)
def test_units_are_split_from_an_address(
    register: Register, address: str, street: str, named: Named
) -> None:
    assert split_address(address, register, Named()) == (street, named)
