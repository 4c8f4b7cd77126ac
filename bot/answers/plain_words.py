"""Words that tell how something is asked, not what about; search counts them less."""

_COURTESY = """
ạ ơi nhé nha vậy thế dạ thưa ad admin bot cho hỏi xin tôi mình em anh chị bạn tui
a oi nhe vay the da thua hoi toi minh chi ban
chào chao hello hi hey alo cảm cám ơn giùm gium nhờ dzậy dzay ah ak hen hén nghen
"""

_PLAIN = """
ai bao bay bi biet cac cach can cang chua chuyen co con cu cua cung da dang dau de den
di do dua duoc gi gio giup hay het ho hoi hom khi khong la lai lam lau len lo loai luc luon
may mot muon nam nao nay nen neu ngay ngta nguoi nhieu nhu nhung noi o phai qua ra rang
roi sao sau se tai tao thang the theo thi thu trong truoc tu tung van vao ve voi vi vo
xong
"""

# Left out of a question altogether. With accents where they have some: chó and bán must stay.
COURTESY = frozenset(_COURTESY.split())

# Folded words of any question.
PLAIN = frozenset(_PLAIN.split())
