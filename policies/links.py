"""Links in a text, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_SUFFIXES = (
    "com|net|org|info|biz|app|io|dev|online|site|website|xyz|shop|store|bank|link|click|live|page|web|tech|club|top|vip"
    "|support|help|chat|cloud|email|news|blog|pro|name|mobi|cat|eus|gal|travel|aero|example|test|invalid|local|onion"
    "|ac|ad|ae|af|ai|al|am|ar|at|au|ba|bd|be|bg|bo|br|bz|ca|cc|ch|ci|cl|cm|cn|co|cr|cu|cy|cz|de|dk|do|ec|ee|eg|es|eu"
    "|fi|fm|fr|ga|ge|gf|gg|gi|gl|gq|gr|gt|hk|hn|hr|ht|hu|id|ie|il|im|in|ir|is|it|jp|ke|kr|kz|la|li|lt|lu|lv|ly|ma|md"
    "|me|mk|ml|mt|mx|my|ng|ni|nl|no|nz|pa|pe|ph|pk|pl|pr|pt|pw|py|qa|ro|rs|ru|sa|se|sg|si|sk|so|st|su|sv|th|tk|to|tr"
    "|tt|tv|tw|ua|uk|us|uy|uz|ve|vn|ws|za|edu|gov|gob|mil|int"
)
_LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}:)?//[^\s<>\"']+|\b(?:javascript|data|mailto|tel|file):[^\s]+|\bwww\.[^\s<>\"']+"
    rf"|(?<![\w@.-])(?:[^\W_](?:[\w-]{{0,61}}[^\W_])?\.){{1,6}}(?:{_SUFFIXES}|xn--[a-z0-9-]{{2,30}})(?![\w@-]|\.\w)(?::[0-9]+)?(?:[/?#][^\s<>\"']*)?"
    r"|(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]+)?/[^\s]*",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}»”’'\""
_SECRET_LENGTH = 16
_TOKEN = re.compile(rf"[A-Za-z0-9_~.%=-]{{{_SECRET_LENGTH},}}")
_WORDS_BETWEEN_HYPHENS = re.compile(r"[a-z]+(?:[-_.][a-z]+)*|[0-9]+", re.IGNORECASE)
_WEB = ("http", "https")


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address as it stands in a text."""

    start: int
    end: int
    address: str


def find_links(text: str) -> Iterator[Link]:
    """Everything that a network would make into a link, in order: with a scheme, with `www.`, or a bare domain."""
    for met in _LINK.finditer(text):
        address = met.group().rstrip(_TRAILING)
        yield Link(start=met.start(), end=met.start() + len(address), address=address)


def leads_home(link: Link, *, domains: Sequence[str], allowed_links: Sequence[str]) -> bool:
    """Whether `link` leads to one of `domains` (or under it) or begins with one of `allowed_links`.

    A prefix counts only up to a delimiter of the address, and not where it has a name and password or a letter outside
    ASCII.
    """
    parts = _parts(link.address)
    if parts is None:
        return False
    scheme, host = parts
    if any(_begins_with(link.address, prefix) for prefix in allowed_links):
        return True
    return scheme in _WEB and any(
        host == home or host.endswith(f".{home}") for home in map(_host_form, domains) if home
    )


def carries_token(link: Link) -> bool:
    """Whether the path, query or fragment holds an opaque token: a link that opens something for its holder."""
    after_host = re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?[^/?#]*", "", link.address, count=1, flags=re.IGNORECASE)
    return any(_is_opaque(token) for token in _TOKEN.findall(after_host))


def _is_opaque(token: str) -> bool:
    if _WORDS_BETWEEN_HYPHENS.fullmatch(token):
        return token.isalpha() and token != token.lower() and not token.istitle() and not token.isupper()
    letters = sum(map(str.isalpha, token))
    digits = sum(map(str.isdigit, token))
    return letters > 0 and digits >= 3 and not re.fullmatch(r"[a-z]+(?:[-_.=%][a-z]+)*[-_.=%]?[0-9]{0,8}", token)


def _parts(address: str) -> tuple[str, str] | None:
    """Scheme and host of an address; None where its host is hidden."""
    whole = address if re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE) and "://" in address else None
    try:
        split = urlsplit(whole or f"https://{address.removeprefix('//')}")
        host = split.hostname or ""
        port = split.port
    except ValueError:
        return None
    plain = host.isascii() and "@" not in split.netloc and "\\" not in address and "%" not in split.netloc
    return (split.scheme.lower(), host.rstrip(".")) if plain and host and port not in {0} else None


def _begins_with(address: str, prefix: str) -> bool:
    if not prefix:
        return False
    head, rest = address[: len(prefix)], address[len(prefix) :]
    if _origin_lowered(head) != _origin_lowered(prefix):
        return False
    return not rest or prefix[-1] in "/?#=&" or rest[0] in "/?#&"


def _origin_lowered(address: str) -> str:
    met = re.match(r"[a-z][a-z0-9+.-]*://[^/?#]*", address, re.IGNORECASE)
    return address if met is None else met.group().lower() + address[met.end() :]


def _host_form(domain: str) -> str:
    return domain.strip().lower().strip(".")
