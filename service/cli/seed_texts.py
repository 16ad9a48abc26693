"""Words for seeded comments: names and paragraphs in English, Turkish and Urdu, put together from parts."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from typing import Final

from service.domain.markup import render_html
from service.domain.text import fold

PARAGRAPHS_PER_LANGUAGE: Final = 1_000


@dataclass(frozen=True)
class Paragraph:
    """Part of a body: its source, its HTML and what a search looks at."""

    source: str
    html: str
    folded: str


@dataclass(frozen=True)
class Speech:
    """One language's parts: a sentence is an opening, a claim and an ending."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    openings: tuple[str, ...]
    claims: tuple[str, ...]
    endings: tuple[str, ...]

    def names(self) -> list[str]:
        """All full names."""
        return [f"{first} {last}" for first, last in itertools.product(self.first_names, self.last_names)]

    def paragraphs(self, chance: random.Random) -> list[Paragraph]:
        """Paragraphs of one or two sentences, about 140 characters on average."""
        sentences = [" ".join(parts) for parts in itertools.product(self.openings, self.claims, self.endings)]
        made = []
        for number in range(PARAGRAPHS_PER_LANGUAGE):
            source = " ".join(chance.sample(sentences, 2 if number % 5 < 2 else 1))
            made.append(Paragraph(source, render_html(source), fold(source)))
        return made


ENGLISH = Speech(
    first_names=("Ada", "Brian", "Clara", "Dermot", "Edith", "Farid", "Grace", "Hugh", "Iris", "Jonah"),
    last_names=(
        "Marsh",
        "Okafor",
        "Pell",
        "Quayle",
        "Rowan",
        "Sharma",
        "Thorne",
        "Underhill",
        "Vance",
        "Wyatt",
    ),
    openings=(
        "To my mind",
        "After reading it twice I think",
        "My neighbour says",
        "As somebody who lives nearby I can say",
        "It is easy to forget",
        "Nobody mentions",
        "The article leaves out",
        "I was there last week and saw",
    ),
    claims=(
        "that the old bridge carries twice the traffic it was built for,",
        "that the new line was promised before the last election,",
        "that prices in the market have not come down at all,",
        "that the school still waits for its second building,",
        "that the talks were prepared for months by people we never hear of,",
        "that the harbour needs deeper water more than a new gate,",
        "that the ferries were full on every single evening,",
    ),
    endings=(
        "and that should be said plainly.",
        "so let us wait for the figures.",
        "which is more than I expected.",
        "whatever the minister says now.",
        "and I would like to hear the other side.",
        "but it will take years to mend.",
    ),
)
TURKISH = Speech(
    first_names=("Ayşe", "Burak", "Çiğdem", "Deniz", "Emine", "Gökhan", "Işıl", "Kerem", "Şule", "Ümit"),
    last_names=("Aydın", "Bozkurt", "Çelik", "Doğan", "Eroğlu", "Güneş", "Işık", "Öztürk", "Şahin", "Yıldız"),
    openings=(
        "Bence şunu unutmamak gerekir:",
        "Haberi iki kez okudum,",
        "Komşumun dediğine göre",
        "Yıllardır burada oturan biri olarak söylüyorum,",
        "Kimse sormuyor ama",
        "Geçen hafta oradaydım,",
        "Açıkçası bana öyle geliyor ki",
    ),
    claims=(
        "eski köprü artık bu trafiği kaldıramıyor",
        "yeni hat seçimden önce söz verilmişti",
        "çarşıda fiyatlar hiç düşmedi",
        "okulun ikinci binası hâlâ bitmedi",
        "görüşmeler aylarca sessizce hazırlandı",
        "vapurlar her akşam ağzına kadar doluydu",
        "limanın asıl ihtiyacı daha derin su",
    ),
    endings=(
        "ve bunu açıkça söylemek lazım.",
        "ama rakamları görmeden karar vermeyelim.",
        "ki bu beklediğimden fazlası.",
        "bakan ne derse desin.",
        "öteki tarafı da dinlemek isterim.",
        "düzelmesi yıllar alacak.",
    ),
)
URDU = Speech(
    first_names=("عائشہ", "بلال", "فاطمہ", "حسن", "کنول", "محسن", "نادیہ", "عمر", "رابعہ", "زید"),
    last_names=("احمد", "بخاری", "چوہدری", "درانی", "فاروقی", "گیلانی", "حیدر", "قریشی", "ملک", "یوسف"),
    openings=(
        "میرے خیال میں",
        "خبر دو بار پڑھنے کے بعد لگتا ہے کہ",
        "پڑوسی کہتے ہیں کہ",
        "یہیں رہنے والے کی حیثیت سے کہتا ہوں کہ",
        "کوئی یہ نہیں پوچھتا کہ",
        "پچھلے ہفتے میں نے خود دیکھا کہ",
        "یہ بات بھلا دی جاتی ہے کہ",
    ),
    claims=(
        "پرانا پل اب اتنی گاڑیاں نہیں سہہ سکتا",
        "نئی لائن کا وعدہ پچھلے انتخابات سے پہلے ہوا تھا",
        "بازار میں قیمتیں بالکل کم نہیں ہوئیں",
        "اسکول کی دوسری عمارت آج تک ادھوری ہے",
        "بات چیت کی تیاری مہینوں خاموشی سے ہوتی رہی",
        "ہر شام کشتیاں مسافروں سے بھری ہوتی تھیں",
        "بندرگاہ کو گہرے پانی کی زیادہ ضرورت ہے",
    ),
    endings=(
        "اور یہ بات صاف کہنی چاہیے۔",
        "اس لیے اعداد و شمار کا انتظار کریں۔",
        "جو میری توقع سے زیادہ ہے۔",
        "چاہے وزیر کچھ بھی کہیں۔",
        "دوسری طرف کی بات بھی سننی چاہیے۔",
        "مگر اسے ٹھیک ہونے میں برسوں لگیں گے۔",
    ),
)
SPEECHES: Final = (ENGLISH, TURKISH, URDU)
