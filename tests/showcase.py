"""A newsroom whose pages show all that pages can: many scripts, long words, notes, a withdrawn pick."""

from __future__ import annotations

from makers import Clock, keep, rss, rss_item
from sqlmodel import select

from aggregator.app import Newsdesk
from curation.desk import Desk
from feeds.tables import Item

EDITORS_PICK = "editors-pick"
LONG = (
    "A headline that will not end, in which a committee that was to report on the harbour reports that "
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and "
    "https://www.example.org/an/address/without/any/place/to/break/it/012345678901234567890123456789 "
    "were not asked"
)
ENGLISH = (
    ("Harbour reopens after six quiet weeks", "The first ship in carried oranges, a piano and the mail."),
    (
        "A library lends out its umbrellas",
        "Four hundred were lent in a wet spring; three hundred and ninety came back.",
    ),
    (LONG, f"{LONG}. " * 3),
    ("Night trains return to the coast", "Two sleeping cars, one dining car, and a waiting list until May."),
    ("Council keeps the orchard wall", "Eleven to ten, after four hours and a poem."),
    ("What the tide gauge remembers", "A hundred and twenty years of pencil marks, read by a machine."),
)
OTHERS = (
    (
        "ar",
        "صحيفة الميناء",
        "عودة الملاحة إلى الميناء بعد ستة أسابيع",
        "حملت أول سفينة دخلت الميناء البرتقال والبريد وبيانو.",
    ),
    ("he", "יומן הנמל", "הנמל נפתח מחדש אחרי שישה שבועות", "האונייה הראשונה הביאה תפוזים, פסנתר ודואר."),
    (
        "zh-Hans",
        "港口日报",
        "停航六周之后，港口重新开放，第一艘船运来了橙子、钢琴和邮件",
        "潮位站一百二十年的铅笔记录，如今由机器来读。",
    ),
    (
        "ja",
        "港湾新聞",
        "六週間ぶりに港が再開、最初の船はオレンジとピアノと郵便を運ぶ",
        "験潮所に残る百二十年分の鉛筆の記録を、機械が読み解く。",
    ),
    (
        "ko",
        "항구일보",
        "여섯 주 만에 다시 문을 연 항구",
        "첫 배는 오렌지와 피아노, 그리고 우편물을 싣고 왔다.",
    ),
    (
        "fr",
        "Le Quotidien du quai",
        "Le port rouvre après six semaines d’arrêt",
        "Le premier navire a débarqué des oranges, un piano et le courrier.",
    ),
)
NOTES = (
    "The clearest account of *what was lost*, and the only one that asked the **pilots**.\n\n"
    "- read the [tide tables](https://tides.example/) beside it\n- skip page two\n\n> Nobody asked us.",
    "# Not a heading\n\nNor a picture: ![a crane](https://pictures.example/crane.png)",
    LONG,
    "اقرأ هذا التقرير أولاً: إنه الأوضح.",
    "先读这一篇。",
    "",
)


def fill(newsdesk: Newsdesk, clock: Clock) -> None:
    """Keep the sources, pick, note, withdraw; the clock has moved on by two days at the end."""
    here = [rss_item(f"e{n}", title, text=text) for n, (title, text) in enumerate(ENGLISH)]
    keep(newsdesk, rss(here, title="The Harbour Ledger"), "https://ledger.example/feed", section="City")
    clock.move(days=1)
    for language, source, title, text in OTHERS:
        item = rss_item(f"https://{language}.example/1", title, f"https://{language}.example/1", text=text)
        tongue = f"<language>{language}</language>"
        section = "国际" if language in ("zh-Hans", "ja", "ko") else "World"
        keep(newsdesk, rss([item], source, tongue), f"https://{language}.example/feed", section=section)
    clock.move(days=1)
    with newsdesk.database.reading() as session:
        numbers = {item.title: item.id or 0 for item in session.exec(select(Item))}
    titles = [ENGLISH[0][0], ENGLISH[1][0], LONG, OTHERS[0][2], OTHERS[2][2], ENGLISH[3][0]]
    for title, note in zip(titles, NOTES, strict=True):
        decide(newsdesk, "pick", numbers[title], note=note)
        clock.move(minutes=7)
    decide(newsdesk, "unpick", numbers[ENGLISH[3][0]])


def decide(newsdesk: Newsdesk, verb: str, number: int, **given: object) -> None:
    """A decision of Ada's on Editor's Pick."""
    edition = next(one for one in newsdesk.editions if one.slug == EDITORS_PICK)
    with newsdesk.database.writing() as session:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), "ada")
        getattr(desk, verb)(number, edition, **given)
