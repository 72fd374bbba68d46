"""Time zones as people name them: `Asia/Shanghai`, `shanghai`, `上海`, `Пекин`, `UTC+8`. Pure.

Which zones there are is tzdata's word (the system's, or the package); cities in Chinese and Russian are CLDR's, and a
few more that people type are listed here.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.ports import UsageError

LONGEST = 64
"""No zone and no city is longer; longer text is not looked up."""

_REGIONS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}\Z")
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?(\d\d))?\Z")

_MISLEADING = frozenset({"EST", "MST", "Factory", "localtime", "posixrules"})
"""Not places: two are New York's and Denver's winter all year round, one is whatever this machine has."""

_CITIES: Mapping[str, str] = {
    "Asia/Shanghai": "Beijing, Peking, Shenzhen, Guangzhou, Hangzhou, Nanjing, Wuhan, Chengdu, Xian, China,"
    " 北京, 深圳, 广州, 杭州, 南京, 武汉, 成都, 西安, 合肥, 中国, Пекин, Китай",
    "Asia/Tokyo": "Osaka, Kyoto, 大阪, 京都, Осака, Киото",
    "Asia/Kolkata": "Delhi, New Delhi, Mumbai, Bangalore, Bengaluru, Hyderabad, Chennai, India,"
    " 新德里, 孟买, Индия, Дели",
    "Asia/Ho_Chi_Minh": "Hanoi, 河内, Ханой",
    "Asia/Jerusalem": "Tel Aviv, Haifa, 特拉维夫, Тель-Авив",
    "Asia/Dubai": "Abu Dhabi, 阿布扎比, Абу-Даби",
    "Europe/Moscow": "Saint Petersburg, St Petersburg, Kazan, MSK, 圣彼得堡, Санкт-Петербург, Питер, Казань, Мск",
    "Asia/Novosibirsk": "Akademgorodok, Академгородок",
    "Europe/Berlin": "Munich, Frankfurt, Hamburg, Cologne, Germany, 慕尼黑, 法兰克福, 汉堡, Мюнхен, Франкфурт, Гамбург",
    "Europe/Zurich": "Geneva, Lausanne, 日内瓦, 洛桑, Женева",
    "Europe/Paris": "Lyon, Grenoble, France, 里昂, Лион",
    "Europe/London": "Oxford, Edinburgh, Manchester, 牛津, 爱丁堡, Оксфорд",
    "Europe/Madrid": "Barcelona, 巴塞罗那, Барселона",
    "Europe/Rome": "Milan, 米兰, Милан",
    "America/New_York": "Boston, Washington, Princeton, Pittsburgh, Philadelphia, Atlanta,"
    " 波士顿, 华盛顿, 匹兹堡, Бостон, Вашингтон",
    "America/Chicago": "Austin, Dallas, Houston, 奥斯汀, 休斯顿, Остин",
    "America/Los_Angeles": "San Francisco, Seattle, San Diego, Palo Alto, Stanford, Berkeley,"
    " 旧金山, 西雅图, 硅谷, Сан-Франциско, Сиэтл",
    "America/Toronto": "Montreal, Ottawa, Waterloo, 蒙特利尔, 渥太华, Монреаль",
}
"""Cities people type that IANA names no zone after; the zone is the one their clocks follow."""


class UnknownZone(UsageError):
    """No zone is called that, or several are; `near` are zones that may be meant."""

    def __init__(self, text: str, *, near: tuple[str, ...] = (), why: str = "is not a time zone I know") -> None:
        hint = (
            f" Did you mean {' or '.join(near)}?"
            if near
            else " Name a city or an offset: Asia/Shanghai, Berlin, UTC+8."
        )
        super().__init__(f"{text[:LONGEST]!r} {why}.{hint}")
        self.text = text[:LONGEST]
        self.near = near


def zone_named(name: str) -> ZoneInfo:
    """The zone of an exact IANA name; raises UnknownZone, whatever the text is."""
    found = _load(name) if len(name) <= LONGEST else None
    if found is None:
        raise UnknownZone(name)
    return found


def find_zone(text: str) -> str:
    """The IANA name of the zone that `text` names: by that name in any case, by an offset, or by a city.

    An offset of whole hours becomes `Etc/GMT-8`, whose sign is POSIX's: that one is eight hours east of Greenwich.
    Raises UnknownZone with zones near it.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text[: LONGEST + 1]).split())
    if len(plain) > LONGEST:
        raise UnknownZone(plain)
    if offset := _OFFSET.match(plain.lower()):
        return _by_offset(plain, sign=offset[1], hours=int(offset[2]), minutes=int(offset[3] or 0))
    if exact := _names().get(plain.replace(" ", "_").lower()):
        return exact
    key = _key(plain)
    found = _cities().get(key, ())
    if len(found) == 1:
        return found[0]
    # Nothing is guessed: neither which of two cities is meant nor what an abbreviation such as CST stands for.
    raise UnknownZone(plain, near=found or _near(_key(plain.rpartition("/")[2])))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The zones to offer: UTC and every place IANA names today, without former names and fixed offsets; in order."""
    former = _former()
    return ("UTC", *sorted(name for name in _all() if name.partition("/")[0] in _REGIONS and name not in former))


def find_zones(text: str, limit: int = 25) -> tuple[str, ...]:
    """At most `limit` zones for what was typed so far: exact ones first, then by the beginning of a city, then by part.

    Nothing typed: zones many people live in.
    """
    key = _key(unicodedata.normalize("NFKC", text[:LONGEST]))
    ranked: dict[str, int] = {}
    try:
        ranked[find_zone(text)] = 0
    except UnknownZone as unknown:
        ranked |= dict.fromkeys(unknown.near, 4)  # a slip of the finger; anything better overrides it below
    for city, names in _cities().items():
        if key and city.startswith(key):
            ranked |= {name: min(1, ranked.get(name, 1)) for name in names}
    for name in zones() if key else _CITIES:
        if key in _key(name):
            ranked[name] = min(2, ranked.get(name, 2))
    return tuple(sorted(ranked, key=lambda name: (ranked[name], name not in _CITIES, name))[: max(limit, 0)])


def spoken_zone(name: str) -> str:
    """`name`, but `UTC+8` for `Etc/GMT-8`; `find_zone` takes both back."""
    fixed = re.fullmatch(r"Etc/GMT([+-])([1-9]|1[0-4])", name)
    return f"UTC{'-' if fixed[1] == '+' else '+'}{fixed[2]}" if fixed else name


def _near(city: str) -> tuple[str, ...]:
    """At most three zones of cities spelled nearly like this."""
    close = difflib.get_close_matches(city, _cities(), n=3, cutoff=0.8) if len(city) > 3 else []
    return tuple(dict.fromkeys(zone for found in close for zone in _cities()[found]))[:3]


def _by_offset(text: str, *, sign: str, hours: int, minutes: int) -> str:
    if hours == minutes == 0:
        return "UTC"
    if minutes or hours > (14 if sign == "+" else 12):
        raise UnknownZone(text, why="is not an offset of whole hours between UTC-12 and UTC+14")
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"


@lru_cache(maxsize=1024)
def _load(name: str) -> ZoneInfo | None:
    """Also remembers what is not there; ZoneInfo itself keeps only eight zones for certain."""
    if name in _MISLEADING or not _NAME.match(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder, such as `America`
        return None


@lru_cache(maxsize=1)
def _all() -> frozenset[str]:
    return frozenset(available_timezones()) - _MISLEADING


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Every name by its lower case."""
    return {name.lower(): name for name in _all()}


@lru_cache(maxsize=1)
def _former() -> Mapping[str, str]:
    """Today's name by a former one: Asia/Calcutta is Asia/Kolkata."""
    from babel.core import get_global  # noqa: PLC0415 - its data takes a while

    aliases: Mapping[str, str] = get_global("zone_aliases")
    return aliases


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, tuple[str, ...]]:
    """Zones by city: the last part of the IANA name, CLDR's names in en, zh and ru, and our own list."""
    import babel  # noqa: PLC0415 - its data takes a while

    former, known = _former(), _all()
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in known:
        if name.partition("/")[0] in _REGIONS:
            found[_key(name.rpartition("/")[2])].add(former.get(name, name))
    for language in ("en", "zh", "zh_Hant", "ru"):
        for name, texts in babel.Locale.parse(language).time_zones.items():
            if "city" in texts and name.partition("/")[0] in _REGIONS:
                found[_key(texts["city"])].add(former.get(name, name))
    for name, cities in _CITIES.items():
        for city in cities.split(","):
            found[_key(city)] = {name}
    usable = {city: tuple(sorted(names & known)) for city, names in found.items()}
    return {city: names for city, names in sorted(usable.items()) if city and names}


@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    """What makes two spellings of a place one: no case, accents, spaces or punctuation, no 市 (city) at the end."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", bare).removesuffix("市")
