"""Which language somebody would rather speak, for the counsellor who takes them. It only helps to find
the right person: whoever is in danger is never sorted by it."""

from __future__ import annotations

import re

from bot.understand import fold

_NAMED = {
    "hmn": ("mong", "hmong", "h'mong", "meo"),
    "blt": ("thai",),
    "km": ("khmer", "khome", "kho me", "kho-me", "campuchia"),
    "zh": ("hoa", "trung", "trung quoc", "quang dong", "chinese", "mandarin", "cantonese"),
    "en": ("anh", "english"),
}
"""How a language is called after "tiếng", or by itself where that is no Vietnamese word."""
_BY_THEMSELVES = frozenset(
    {"hmong", "h'mong", "khmer", "chinese", "mandarin", "cantonese", "english"}
)
_KHMER = re.compile(r"[\u1780-\u17ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENGLISH = frozenset(
    {
        *(
            "i'm",
            "im",
            "i'd",
            "my",
            "is",
            "are",
            "was",
            "does",
            "there",
            "this",
            "that",
            "you",
            "your",
        ),
        *("need", "help", "please", "speak", "english", "want", "would", "could", "should"),
        *("what", "where", "when", "how", "why", "with", "someone", "something"),
        *(
            "son",
            "daughter",
            "brother",
            "sister",
            "friend",
            "husband",
            "wife",
            "doctor",
            "hospital",
        ),
        *("drug", "drugs", "addicted", "addiction", "treatment", "rehab"),
    }
)
"""Words that no Vietnamese sentence without its marks is made of."""
_MOST_ENGLISH = 0.5
_FEWEST_WORDS = 3


def named_in(text: str) -> str:
    """The language that is asked for by its name in `text` ("chị nói tiếng Mông được không"), by its code
    in `case_words.LANGUAGES`; "" for none."""
    said = f" {fold(text).lower()} "
    for code, names in _NAMED.items():
        for name in names:
            alone = name in _BY_THEMSELVES and re.search(rf"[^\w]{re.escape(name)}[^\w]", said)
            if alone or re.search(rf"[^\w]tieng {re.escape(name)}[^\w]", said):
                return code
    return ""


def written_in(text: str) -> str:
    """The language that `text` itself is written in, where that is another one than Vietnamese and can be
    told; "" for Vietnamese and for what cannot be told."""
    if _KHMER.search(text):
        return "km"
    if _HAN.search(text):
        return "zh"
    words = re.findall(r"[a-z']+", text.lower())
    english = sum(word in _ENGLISH for word in words)
    many = len(words) >= _FEWEST_WORDS and english >= _MOST_ENGLISH * len(words)
    return "en" if many else ""
