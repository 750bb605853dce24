"""Words that say nothing of what a text is about, in the languages of many newsrooms, folded.

Beside articles, prepositions and the like stand the words of headlines: live, update, says, new.
"""

from __future__ import annotations

_OF = {
    "en": """
        a about after again against ahead all also am amid among an and any are as at back be
        because been before being between both but by can could did do does down during each even
        every few first for from get gets go goes got had has have he her here him his how i if in
        into is it its just last latest live make makes may me more most much my new news no not now
        of off on one only or other our out over own per put re s said same say says see set she
        should since so some still such take takes than that the their them then there these they
        this those through to today too two under until up update updated us very via was we were
        what when where which while who why will with without would year years yesterday yet you
        your breaking video watch opinion analysis exclusive morning evening briefing daily weekly
        review monday tuesday wednesday thursday friday saturday sunday day week month here's
    """,
    "fr": """
        a ainsi alors apres au aucun aussi autre autres aux avant avec avoir bien c car ce ceci cela
        celle celles celui ces cet cette ceux chaque chez comme comment contre d dans de deja depuis
        des deux donc dont du elle elles en encore entre est et etait ete etre eu fait faire font
        fois hier ici il ils j jour jours l la le les leur leurs lors lui ma mais meme mes moins mon
        n ne ni nos notre nous nouveau nouvel nouvelle nouveaux on ont ou par parce pas pendant peu
        peut plus plusieurs pour pourquoi pourrait premier premiere qu quand que quel quelle qui
        quoi s sa sans se selon sera ses si soit son sont sous sur t ta tous tout toute toutes tres
        trois un une va vers voici vont vos votre vous y direct actualite lundi mardi mercredi jeudi
        vendredi samedi dimanche matin soir semaine mois an ans annee
    """,
    "de": """
        ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bis
        bleibt da damit dann das dass dem den denn der des die dies diese diesem diesen dieser doch
        dort drei du durch ein eine einem einen einer eines er erneut erst erste ersten es etwas fur
        gegen geht gibt hat hatte hatten haben hier ich ihr ihre ihrem ihren im in ins ist ja jahr
        jahre jahren jede jetzt kann kein keine konnen liveticker macht man mehr mit muss nach neu
        neue neuen neuer neues nicht noch nun nur ob oder ohne schon sehr sein seine seinem seinen
        sich sie sind so soll sollen uber um und uns unter vom von vor wann war waren warum was weil
        weiter wenn wer werden wie wieder will wir wird wo wurde wurden zu zum zur zwei zwischen
        heute gestern morgen montag dienstag mittwoch donnerstag freitag samstag sonntag tag tage
        woche monat
    """,
    "es": """
        a al algo ante antes asi aun aunque bajo bien cada como con contra cual cuando cuatro de del
        desde despues donde dos durante e el ella ellos en entre era eran es esa ese eso esta estaba
        estan estas este esto estos fue fueron gran ha habia hace hacia han hasta hay hoy la las le
        les lo los mas me mi mientras mismo muy nada ni no nos nueva nuevas nuevo nuevos o otra
        otras otro otros para pero poco podria por porque primer primera puede que quien se sea
        segun ser si sido sin sobre solo son su sus tambien tan tanto te tiene todo todos tras tres
        tu un una unas uno unos ya y directo ultima hora ayer manana lunes martes miercoles jueves
        viernes sabado domingo dia dias semana mes ano anos
    """,
    "it": """
        a ad ai al alla alle allo anche ancora avanti c che chi ci come con contro cosa cosi cui da
        dagli dai dal dalla dalle dei del dell della delle dello di dopo dove due e ed era fa fino
        fra fu gia gli ha hanno i il in io l la le lei li lo loro lui ma mai meno mentre mi nel nell
        nella nelle nello no noi non nuova nuove nuovi nuovo o oggi ogni oltre per perche piu poi
        prima primo puo quale quando quasi quella quelle quello questa queste questi questo qui se
        secondo sempre senza si sia sono sotto su sua sue sugli sui sul sulla sulle suo suoi tra tre
        tutta tutti tutto un una uno vi via diretta ieri domani ecco lunedi martedi mercoledi
        giovedi venerdi sabato domenica giorno giorni settimana mese anno anni
    """,
    "pt": """
        a agora ainda ao aos apos ate as cada com como contra da das de dela dele depois desde deve
        diz do dois dos duas durante e ela ele eles em entre era essa esse esta este estao eu foi
        foram ha hoje isso isto ja la mais mas me mesmo meu muito na nao nas nem no nos nova novas
        novo novos num numa o onde ontem os ou outra outro para pela pelas pelo pelos pode por
        porque primeira primeiro qual quando que quem sao se segundo sem ser seu seus sob sobre sua
        suas tambem tem ter tres tudo um uma vai vao veja vivo segunda terca quarta quinta sexta
        sabado domingo dia dias semana mes ano anos amanha
    """,
    "nl": """
        aan al alle als bij dan dat de den der deze die dit door dus een en er ge geen had heeft het
        hier hij hoe hun in is je kan maar meer met naar niet nieuw nieuwe nog nu of om onder ook op
        over te tegen tot uit van vandaag veel voor waar waarom wat we wel wordt worden zich zij
        zijn zo
    """,
    "ru": """
        без более бы был была были было быть в во вот все всего всех вы где да для до его ее если
        есть еще же за и из или им их к как когда кто ли может на над не нет но новый новая новые о
        об он она они от по под после при про с со так также то того тоже только у уже чем что это
        этого этот сегодня вчера год года лет
    """,
    "pl": """
        a ale bez bo by byc byl byla bylo co czy dla do gdy i ich jak jako jego jej jest juz kto lub
        ma na nad nie nowa nowe nowy o od oraz po pod przed przez przy roku sa sie tak tam te tego
        ten to tym w we z za ze
    """,
}  # fmt: skip

STOP_WORDS = frozenset(word for words in _OF.values() for word in words.split())
