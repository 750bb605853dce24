"""The words of dates: the months in the languages of feeds, halves of days, eras, and what means nothing.

A table of our own, for Babel's weighs 33 MB and takes a fifth of a second to load. Weekdays are in
none: a weekday is never needed, often wrong, and `mar` is also March.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Of each language the months in their order: nominative, genitive and usual abbreviations. A name
# with two meanings has that of the language that comes first (Croatian comes last for this reason).
MONTHS = {
    "en": "january jan, february feb, march mar, april apr, may, june jun, july jul, august aug, "
    "september sep sept, october oct, november nov, december dec",
    "fr": "janvier janv, février févr fév, mars, avril avr, mai, juin, juillet juil, août aoû, "
    "septembre, octobre, novembre, décembre déc",
    "de": "januar jänner jän, februar feber, märz mär mrz maerz, april, mai, juni, juli, august, september, "
    "oktober okt, november, dezember dez",
    "es": "enero ene, febrero, marzo, abril abr, mayo, junio, julio, agosto ago, "
    "septiembre setiembre set, octubre, noviembre, diciembre dic",
    "it": "gennaio genn gen, febbraio febbr, marzo, aprile, maggio magg mag, giugno giu, luglio lug, agosto, "
    "settembre sett, ottobre ott, novembre, dicembre",
    "pt": "janeiro, fevereiro fev, março, abril, maio, junho, julho, agosto, setembro, outubro out, "
    "novembro, dezembro dez",
    "nl": "januari, februari febr, maart mrt maa, april, mei, juni, juli, augustus, september, oktober, "
    "november, december",
    "pl": "styczeń stycznia sty, luty lutego lut, marzec marca, kwiecień kwietnia kwi, maj maja, "
    "czerwiec czerwca cze, lipiec lipca lip, sierpień sierpnia sie, wrzesień września wrz, "
    "październik października paź, listopad listopada lis, grudzień grudnia gru",
    "ru": "январь января янв, февраль февраля февр фев, март марта мар, апрель апреля апр, май мая, "
    "июнь июня июн, июль июля июл, август августа авг, сентябрь сентября сент сен, "
    "октябрь октября окт, ноябрь ноября нояб ноя, декабрь декабря дек",
    "uk": "січень січня січ, лютий лютого лют, березень березня бер, квітень квітня квіт кві, "
    "травень травня трав тра, червень червня черв чер, липень липня лип, серпень серпня серп сер, "
    "вересень вересня вер, жовтень жовтня жовт жов, листопад листопада лист лис, грудень грудня груд гру",
    "cs": "leden ledna led, únor února úno, březen března bře, duben dubna dub, květen května kvě, "
    "červen června čvn, červenec července čvc, srpen srpna srp, září zář, říjen října říj, "
    "listopad listopadu, prosinec prosince pro",
    "sk": "január januára, február februára, marec, apríl apríla, máj mája, jún júna, júl júla, "
    "august augusta, september septembra, október októbra, november novembra, december decembra",
    "sv": "januari, februari, mars, april, maj, juni, juli, augusti, september, oktober, november, december",
    "da": "januar, februar, marts, april, maj, juni, juli, august, september, oktober, november, december",
    "nb": "januar, februar, mars, april, mai, juni, juli, august, september, oktober, november, desember des",
    "fi": "tammikuu tammikuuta tammi, helmikuu helmikuuta helmi, maaliskuu maaliskuuta maalis, "
    "huhtikuu huhtikuuta huhti, toukokuu toukokuuta touko, kesäkuu kesäkuuta kesä, "
    "heinäkuu heinäkuuta heinä, elokuu elokuuta elo, syyskuu syyskuuta syys, lokakuu lokakuuta loka, "
    "marraskuu marraskuuta marras, joulukuu joulukuuta joulu",
    "tr": "ocak oca, şubat şub, mart, nisan nis, mayıs, haziran haz, temmuz tem, ağustos ağu, eylül eyl, "
    "ekim eki, kasım kas, aralık ara",
    "ca": "gener, febrer, març, abril, maig, juny, juliol, agost ag, setembre, octubre, novembre, desembre",
    "gl": "xaneiro xan, febreiro, marzo, abril, maio, xuño xuñ, xullo xul, agosto, setembro, outubro, "
    "novembro, decembro",
    "ro": "ianuarie ian, februarie, martie, aprilie, mai, iunie iun, iulie iul, august, "
    "septembrie, octombrie, noiembrie noi, decembrie",
    "hu": "január, február, március márc, április ápr, május máj, június jún, július júl, augusztus, "
    "szeptember szept, október, november, december",
    "el": "ιανουάριος ιανουαρίου ιαν, φεβρουάριος φεβρουαρίου φεβ, μάρτιος μαρτίου μάρ, "
    "απρίλιος απριλίου απρ, μάιος μαΐου μάι, ιούνιος ιουνίου ιούν, ιούλιος ιουλίου ιούλ, "
    "αύγουστος αυγούστου αύγ, σεπτέμβριος σεπτεμβρίου σεπ, οκτώβριος οκτωβρίου οκτ, "
    "νοέμβριος νοεμβρίου νοέ, δεκέμβριος δεκεμβρίου δεκ",
    "bg": "януари яну, февруари, март, април, май, юни, юли, август, септември септ сеп, октомври, "
    "ноември ное, декември",
    "id": "januari, februari, maret, april, mei, juni, juli, agustus agt, september, oktober, november, "
    "desember",
    "zh": "一月, 二月, 三月, 四月, 五月, 六月, 七月, 八月, 九月, 十月, 十一月, 十二月",
    "sl": "januar, februar, marec, april, maj, junij, julij, avgust avg, september, oktober, november, "
    "december",
    "sr": "јануар јан, фебруар феб, март, април, мај, јун, јул, август, септембар, октобар, новембар нов, "
    "децембар дец",
    "bs": "januar, februar, mart, april, maj, jun, jul, avgust, septembar, oktobar, novembar, decembar",
    "hr": "siječanj siječnja sij, veljača veljače velj, ožujak ožujka ožu, travanj travnja tra, "
    "svibanj svibnja svi, lipanj lipnja lip, srpanj srpnja srp, kolovoz kolovoza kol, rujan rujna ruj, "
    "listopad listopada lis, studeni studenoga stu, prosinac prosinca",
}  # fmt: skip

# The first of the twelve hours among which a half of the day finds an hour from 1 to 12. Noon (中午)
# begins before twelve, and twelve in the evening (晚上) is the midnight that ends the day.
HALVES = {
    "上午": 0, "午前": 0, "오전": 0, "早上": 0, "凌晨": 0, "清晨": 0, "am": 0, "中午": 6,
    "下午": 12, "午後": 12, "오후": 12, "傍晚": 12, "pm": 12, "晚上": 13,
}  # fmt: skip

# The year before the first of an era.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}

# Words, as `plain` leaves them, that may stand between the parts of a date and add nothing to it.
_FILLERS = """
    - – — | @ · • at on of the de del le la las los el um om kl klo godz a as alle ore ora den der dia saat
    г года р року r в о o u v
"""
FILLERS = frozenset(_FILLERS.split())

_DOTS = re.compile(r"(?<=[^\W\d])\.")
_HALF = re.compile(r"(?<![^\W\d])([ap])\s{0,2}m(?!\w)")
_ELIDED = re.compile(r"(?<!\w)[dl]['’](?=\w)")
_DECIMAL_COMMA = re.compile(r"(?<=[:.]\d\d),(?=\d)|(?<=t\d{6}),(?=\d)")


def plain(text: str) -> str:
    """The text in unaccented lower case and ASCII digits, without commas and the dots of abbreviations."""
    text = text.lower() if text.isascii() else _folded(text)
    text = _DECIMAL_COMMA.sub(".", _DOTS.sub(" ", text)).replace(",", " ")
    return " ".join(_HALF.sub(r"\1m", _ELIDED.sub("", text)).split())


def month(name: str, language: str | None) -> int | None:
    """The number of the month that has this name (made `plain`) in the language, else in most."""
    spoken = (language or "").partition("-")[0].lower()
    return _of(spoken).get(name) or _of_all().get(name)


def _folded(text: str) -> str:
    # NFKD also makes full-width letters and digits ASCII. The Turkish dotless i folds to itself.
    text = unicodedata.normalize("NFKD", text.replace("\N{MINUS SIGN}", "-")).casefold().replace("ı", "i")
    kept = (char for char in text if not unicodedata.combining(char))
    digits = (str(unicodedata.decimal(char)) if char.isdecimal() else char for char in kept)
    return unicodedata.normalize("NFC", "".join(digits))  # Hangul, which NFKD takes apart


@cache
def _of(language: str) -> dict[str, int]:
    months = MONTHS.get(language, "").split(",")
    return {plain(name): number for number, names in enumerate(months, 1) for name in names.split()}


@cache
def _of_all() -> dict[str, int]:
    found: dict[str, int] = {}
    for language in MONTHS:
        found = _of(language) | found
    return found
