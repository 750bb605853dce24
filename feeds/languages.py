"""Language tags that readers know."""

from __future__ import annotations

import re

TAG = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{2,8})*")  # RFC 5646 §2.1
# ISO 639-1; of three letters there are thousands, which are taken at their word.
TWO_LETTERS = frozenset(
    re.findall(
        "..",
        "aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofr"
        "fygagdglgngugvhahehihohrhthuhyhziaidieigiiikinioisitiuiwjajijvkakgkikjkkklkmknkokrkskukvkwkylalb"
        "lglilnloltlulvmgmhmimkmlmnmomrmsmtmynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurmrnrorurwsascsd"
        "sesgshsiskslsmsnsosqsrssstsusvswtatetgthtitktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu",
    )
)


def known(tag: str | None) -> str | None:
    """The tag, `fr-FR` for `fr_FR`; None for what is none, and for `jp`, which is no language."""
    tag = (tag or "").replace("_", "-")
    found = TAG.fullmatch(tag)
    return tag if found and (len(found[1]) == 3 or found[1].lower() in TWO_LETTERS) else None
