"""People, brand accounts, posts and direct messages of the practice network.

Times are sandbox time in epoch seconds. Posts change while a run goes on (served, edited, deleted), so they are not
frozen.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone with an account on the network."""

    id: int
    handle: str
    name: str
    bio: str = ""
    followers: int = 0
    lang: str = "und"
    bot: bool = False
    writes_dm: bool = False
    """Writes a direct message when asked to in public."""
    dm_text: str = ""
    opens_room: bool = False
    """Opens a link received in a direct message and writes there."""
    room_text: str = ""
    reachable: bool = True
    """False where Meta refuses private messages to this person."""


@dataclass(frozen=True, kw_only=True)
class BrandAccount:
    """A brand's account with its practice credentials, which are fixed and valid nowhere else."""

    person: Person
    brand: str
    domains: tuple[str, ...]
    network: str = "x"
    """`x`, `facebook` or `instagram`."""
    page_id: int = 0
    """On Meta's networks, the Page that the account is or belongs to."""
    market: str = "ES"
    languages: tuple[str, ...] = ("es", "en")
    sector: str = "other"
    """`bank`, `airline` or `other`."""

    @property
    def id(self) -> int:
        """The account's id on the network."""
        return self.person.id

    @property
    def name(self) -> str:
        """Brand and network, for example `marca-facebook`."""
        return f"{self.brand}-{self.network}"

    def credential(self, kind: str) -> str:
        """The practice credential of that kind, for example `bearer-token`."""
        return f"sandbox-{kind}-{self.person.handle}-{self.person.id}"


@dataclass(kw_only=True, slots=True, eq=False)
class Post:
    """A public post or comment. `at` is when it was published."""

    id: int
    network: str = "x"
    kind: str = "post"
    """On Meta's networks `post`, `ad`, `visitor_post`, `tag` or `mention`, and `comment` for answers to them."""
    page: int = 0
    """The Meta account on whose wall it stands, or that it tags; 0 on X."""
    author: Person
    text: str
    """As the network shows it, before escaping and link wrapping."""
    at: float
    lang: str = "und"
    source_id: str | None = None
    parent: Post | None = None
    quoted: Post | None = None
    conversation_id: int
    media: tuple[str, ...] = ()
    concerns: tuple[int, ...] = ()
    """Brand accounts whose handle or name a search finds in this post."""
    mentioned: tuple[int, ...] = ()
    """Brand accounts that the post mentions, so that they may answer it."""
    unwritten: tuple[int, ...] = ()
    """Those of `mentioned` whose handle is not in the text."""
    inbound: bool = True
    history: list[int] = field(default_factory=list)
    """Ids of all versions of this post, oldest first; one list for all versions."""
    deleted: bool = False
    replaced: bool = False
    """True where an edit replaced it by a newer version."""
    hidden: bool = False
    served: bool = False
    edited: bool = False
    """True where its text was changed in place, as Meta's networks do."""
    late: float = 0.0
    """Seconds after `at` at which the network begins to show it."""

    @property
    def root(self) -> Post:
        """The post at the top of its thread, as far as this network knows it."""
        post = self
        while post.parent is not None:
            post = post.parent
        return post

    @property
    def wire_id(self) -> str:
        """Its id as the network's API writes it; on X, that of its first version."""
        if self.network != "facebook":
            return str(self.history[0])
        if self.parent is not None:
            return f"{self.root.id}_{self.id}"
        return f"{self.author.id if self.kind == 'tag' else self.page}_{self.id}"


@dataclass(frozen=True, kw_only=True)
class DirectMessage:
    """A private message between a brand account and a person."""

    id: int
    account_id: int
    person: Person
    outgoing: bool
    text: str
    at: float
    network: str = "x"
    comment: Post | None = None
    """The comment that a private reply answers."""

    @property
    def wire_id(self) -> str:
        """Its id as the network's API writes it."""
        return str(self.id) if self.network == "x" else f"m_{self.id}"

    @property
    def conversation_id(self) -> str:
        """Both participants' ids, the smaller first, as X names one-to-one conversations."""
        low, high = sorted((self.account_id, self.person.id))
        return f"{low}-{high}"

    @property
    def sender_id(self) -> int:
        """Who wrote it."""
        return self.account_id if self.outgoing else self.person.id


@dataclass(frozen=True, kw_only=True)
class SkippedLine:
    """A line of a posts file that could not be used."""

    line: int
    why: str


@dataclass(frozen=True, kw_only=True)
class WorldSeed:
    """The initial data of a world; `posts` are in the order in which they appear."""

    accounts: tuple[BrandAccount, ...]
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    handles: dict[str, int]
    """Casefolded handle to id, brand handles of the file included."""
    skipped: int = 0
    skipped_lines: tuple[SkippedLine, ...] = ()
