"""Documents put together of pieces, ordinary and hostile: channels, items, and what may stand around them.

What an odd item is there for stands beside it: most change something in feedparser that outlives them.
"""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:a="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:q="urn:of-nobody"'
)
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


@dataclass(frozen=True)
class Kind:
    """A kind of document: its root and its channel, its items, and what stands in them and after them."""

    heads: tuple[str, ...]
    tails: tuple[str, ...]
    item: str
    plain: tuple[str, ...]


TITLES = ("<title>A &amp; B</title>", "<title>Ünï µ·ª €</title>", "<title></title>", "<title>T</title>" * 2)
LINKS = (
    "<link>https://s.example/{n}</link>",
    "<link>/{n}?a=1&amp;b=2</link>",
    "<guid>https://s.example/{n}#x</guid>",
)
TEXTS = (
    "<description>&lt;p&gt;Words {n} &lt;a href='/x'&gt;x&lt;/a&gt;&lt;/p&gt;</description>",
    "<description><![CDATA[<p>Words {n} &nbsp; &amp; more</p>]]></description>",
    "<description>first</description><content:encoded><![CDATA[<b>all {n}</b>]]></content:encoded>",
    "<description>&undeclared; &eacute; &#8217; & {n}</description>",
)
DATES = (
    "<pubDate>Wed, 25 Nov 2026 1{n}:00:00 GMT</pubDate>",
    "<dc:date>2026-11-25T1{n}:00</dc:date>",
    "<pubDate>?</pubDate>",
)
MORE = (
    "<category>c{n}</category><category domain='x'>d</category>",
    "<dc:creator>Ana</dc:creator><author>b@s.example (Bo)</author>",
    '<enclosure url="/{n}.mp3" length="12" type="audio/mpeg"/>',
    '<media:group><media:content url="/{n}.jpg" medium="image"/><media:title>m</media:title></media:group>',
    '<source url="https://o.example/feed">Other</source>',
    "<itunes:duration>1:02</itunes:duration><itunes:keywords>k, l</itunes:keywords>",
    "<comments>/c{n}</comments><dc:rights>r</dc:rights><dc:language>fr</dc:language>",
)
RSS_PLAIN = TITLES + LINKS + TEXTS + DATES + MORE

ATOM_PLAIN = (
    "<id>tag:s.example,2026:{n}</id><title type='html'>A &amp;lt;b&gt;</title>",
    "<id>urn:x:{n}</id><link href='/{n}'/><updated>2026-11-25T1{n}:00:00Z</updated>",
    "<link rel='enclosure' href='/{n}.mp3' length='3'/><link rel='alternate' href='/{n}'/>",
    "<content type='html'>&lt;p&gt;Words {n}&lt;/p&gt;</content>",
    f"<content type='xhtml'><div {XHTML}><p>Words {{n}} <b>x</b><br/></p></div></content>",
    "<summary>Short {n}</summary><published>2026-11-24T00:00:00</published>",
    "<author><name>Ana</name><uri>/ana</uri><email>ana@s.example</email></author><contributor><name>C</name></contributor>",
    "<source><id>urn:other</id><title>Other</title><link rel='self' href='https://o.example/f'/><updated>2026-11-25T00:00:00Z</updated></source>",
    "<category term='t{n}' label='L'/><rights>r</rights>",
    "<media:group><media:thumbnail url='/{n}.jpg'/><media:description>D</media:description></media:group>",
)

ODD = (
    "<description><![CDATA[ </item><item><title>hidden</title></item> </entry><entry> ]]></description>",
    "<!-- <item><title>hidden</title></item></entry><entry> -->",
    "<item><title>within</title></item>",
    "<entry><title>within</title></entry>",
    "<q:item>none of ours</q:item>",
    "<image><url>/other.png</url><title>I</title></image>",  # the channel's image
    "<image><url>/unclosed",  # not well-formed
    "<textInput><title>t</title><name>n</name><link>/t</link></textInput>",
    "<description>raw <div>boxes</div> and <title>titles</title></description>",  # more ends than beginnings
    "<description><summary>both</summary></description>",
    "<content type='xhtml'><svg xmlns='http://www.w3.org/2000/svg'><title>drawn</title></svg></content>",
    "<description><svg></description>",
    f"<content type='xhtml'><div {XHTML}><body>b</body><title>x</title></div></content>",
    "<title xml:base='https://elsewhere.example/'>based</title>",  # outlives it
    "<link base='https://elsewhere.example/' rel='related' href='x'/>",
    "<title xml:lang='de'>Zeit</title><language>it</language>",
    "<q:x xmlns:dc='urn:not-dublin-core'><dc:creator>nobody</dc:creator></q:x>",  # prefixes outlive, too
    "<q:x xmlns:media='http://purl.org/dc/elements/1.1/'><media:title>dc</media:title></q:x>",
    "<q:x xmlns:r='http://purl.org/dc/elements/1.1/' r:base='https://elsewhere.example/'/>",
    "<w:y xmlns:w='urn:of-nobody'><w:itunes/></w:y>",
    "<x xmlns=''><title>bare</title></x>",
    "<feed xml:lang='sv'/>",
    "<rss version='0.91'/>",
    "<channel><title>again</title></channel>",
    "<newLocation>https://moved.example/</newLocation>",
    "<itunes:link href='/i'/>",
    "<itunes:owner><itunes:name>unclosed</itunes:name>",
    "<media:thumbnail/><media:rating>nonadult</media:rating><q:media/>",
    "<content><content>twice</content></content>",
    "<body><p>b</p></body>",
    "<author><author><name>A</name></author></author>",
    "<source><title>s</title></source><title>after</title>",
    "<psc:chapters xmlns:psc='http://podlove.org/simple-chapters'><psc:chapter/></psc:chapters>",  # raises
    "<where xmlns='http://www.georss.org/georss'><q:z/></where>",
    "<a:link rel='alternate' href='/a{n}'/><a:id>urn:a:{n}</a:id>",
    "<cloud/><generator uri='x'>g</generator>",
    "<q:rdf_rdf>x</q:rdf_rdf><title/>",
    "\x00\x0b",
    "<![CDATA[loose text]]>",
    "<?pi x?>",
    "]]>",
    "<p>",
)

SHELLS = (  # how an item stands in its document; most often as the first says
    "<{name}>{inner}</{name}>",
    "<{name} xml:lang='pt'>{inner}</{name}>",
    "<{name} xml:base='https://based.example/'>{inner}</{name}>",
    "<{name} xmlns:dc='urn:not-dublin-core'>{inner}</{name}>",
    "<{name} xmlns:z='urn:of-nobody' z:a='>'>{inner}</{name}>",
    "<{name} rdf:about='https://s.example/about' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>{inner}</{name}>",
    "<{name} href='/h' lastmod='2026-11-25'>{inner}</{name}>",
    "<{name} a='>'/>",
    "<{name}/>",
    "<a:entry>{inner}</a:entry>",
    "<q:item>{inner}</q:item>",
    "<{name}>{inner}</{name}><!-- said at noon -->\n",
    "<{name}>{inner}</{name}>stray",
    "<{name}>{inner}",
)
CHANNELS = (  # what may stand before the items beside the title
    "",
    "<pubDate>Wed, 25 Nov 2026 1{n}:00:00 GMT</pubDate><!-- {n} -->",
    "<image><url>/logo.png</url><title>I</title></image>",
    "<language>de</language><ttl>6{n}</ttl>",
    "<skipHours><hour>{n}</hour></skipHours>",
    "<image><url>/logo.png</url><pubDate>{n}</pubDate><link>x</link></image>",
    "<textInput><title>t</title></textInput>",
    "<content:encoded>hm</content:encoded>",
    "<title xml:base='https://elsewhere.example/'>b</title>",
    "<description>raw <div>boxes</div></description>",
    "<a:author><a:name>N{n}</a:name></a:author>",
    "<a:link rel='hub' href='https://hub.example/'/><a:link rel='next' href='/p{n}'/>",
    "<description><![CDATA[<pubDate>{n}</pubDate><item>]]></description>",
    "<sy:updateBase>{n}</sy:updateBase><sy:updatePeriod>hourly</sy:updatePeriod>",
    "<q:x xmlns:xhtml='urn:not-xhtml'/>",
    "<q:x xmlns:t='http://purl.org/atompub/tombstones/1.0'/>",
)
SITE = "<title>Site</title><link>https://s.example/</link>"

RSS = Kind(
    heads=(
        f'<rss version="2.0" {NAMESPACES}><channel>{SITE}{{channel}}',
        f'<?xml version="1.0"?>\n<rss version="0.91" {NAMESPACES} xml:base="https://b.example/a/../b/"><channel>{SITE}{{channel}}',
        f'<!DOCTYPE rss [<!ENTITY x "y">]><rss version="2.0" {NAMESPACES}><channel>{{channel}}',
        f'<rss version="2.0" {NAMESPACES} xml:lang="en_GB"><channel xml:base="/c/">{SITE}{{channel}}',
    ),
    tails=(
        "</channel></rss>",
        "\n</channel>\n</rss>\n<!-- served at {n} -->",
        "<title>Late</title></channel></rss>",
        "</channel>",
    ),
    item="item",
    plain=RSS_PLAIN,
)
RDF = Kind(
    heads=(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f'{NAMESPACES}><channel rdf:about="https://s.example/">{SITE}{{channel}}<items><rdf:Seq>'
        '<rdf:li rdf:resource="{n}"/>\n<rdf:li resource="y"/></rdf:Seq></items></channel>',
    ),
    tails=("</rdf:RDF>", "<textinput><link>/t</link></textinput></rdf:RDF>"),
    item="item",
    plain=RSS_PLAIN,
)
ATOM = Kind(
    heads=(
        f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}><title>Site</title><link href="https://s.example/"/>'
        "<id>urn:s</id><updated>2026-11-25T1{n}:00:00Z</updated>{channel}",
        f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES} xml:lang="sv" xml:base="https://b.example/x">{{channel}}',
        f'<feed version="0.3" xmlns="http://purl.org/atom/ns#" {NAMESPACES}><title>Old</title>{{channel}}',
        f"<feed {NAMESPACES}><title>Nameless</title>{{channel}}",
    ),
    tails=("</feed>", "\n</feed>", "<title>Late</title></feed>"),
    item="entry",
    plain=ATOM_PLAIN,
)
KINDS = (RSS, RDF, ATOM)


def item(kind: Kind, shell: str, parts: tuple[str, ...], number: int) -> str:
    """An item of these parts, which say its number."""
    inner = "".join(parts)
    return shell.replace("{name}", kind.item).replace("{inner}", inner).replace("{n}", str(number))


def document(head: str, channel: str, items: list[str], tail: str, number: int) -> str:
    """A document of these pieces, which say how often it was changed."""
    beginning, end = (
        piece.replace("{channel}", channel).replace("{n}", str(number)) for piece in (head, tail)
    )
    return beginning + "".join(items) + end
