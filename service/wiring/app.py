"""The `App`: every station wired to the others, as one frozen record that steps and human acts are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from ledger.log import append
from networks.protocol import Network
from people.master_key import parse_master_key
from people.subject_encryption import SubjectEncryption
from policies.loading import shipped_rulebook
from policies.rulebook.problems import RulebookError
from policies.rulebook.rulebook import Rulebook
from policies.rulebook.source import shipped_name, shipped_source
from records.database import check_opens, open_engine, writing
from records.enums import Mode
from records.leases import new_claimant
from records.models import Account, Brand
from records.schema import migrate, migrate_keys
from service.brands.rulebook_versions import RulebookSource, read_rulebook_file, take_settings_files
from service.wiring.accounts import open_network, register_accounts
from service.wiring.clock import Clock, open_clock
from service.wiring.keys import room_key
from service.wiring.settings import MASTER_KEY, Settings, SettingsError
from service.wiring.settings_document import AccountSettings

if TYPE_CHECKING:
    from classifier.judging.judge import Judge


@dataclass(frozen=True, kw_only=True)
class App:
    """All that steps and human acts need, wired once a process."""

    settings: Settings
    engine: Engine
    keys_engine: Engine
    encryption: SubjectEncryption = field(repr=False)
    clock: Clock
    accounts: Mapping[int, Account]
    networks: Mapping[int, Network]
    master_key: bytes = field(repr=False)
    claimant: str
    judge_loader: Callable[[], Judge] = field(repr=False)

    @property
    def judge(self) -> Judge:
        return self.judge_loader()

    @property
    def mode(self) -> Mode:
        return Mode(self.settings.document.service.mode)

    @property
    def room_key(self) -> bytes:
        return room_key(self.master_key)

    @property
    def public_url(self) -> str:
        return self.settings.document.service.public_url.rstrip("/")

    def brand_of(self, account_id: int) -> Brand:
        """The brand that an account belongs to."""
        return self.settings.brands[self.accounts[account_id].brand]

    def network_of(self, account_id: int) -> Network | None:
        """The network of an account; None where the account is no longer in the settings."""
        return self.networks.get(account_id)

    def poll_seconds(self, account_name: str) -> int:
        """How often an account's feeds are read."""
        return self._entry(account_name).poll_seconds

    def monthly_cap(self, account_id: int) -> float | None:
        """US dollars that an account may cost in a month; None where no cap is set."""
        return self._entry(self.accounts[account_id].name).monthly_cap_dollars

    def known_bots(self, brand: str) -> frozenset[str]:
        """Handles, casefolded and without @, that are never answered automatically for a brand."""
        named = (entry.known_bots for entry in self.settings.document.brands if entry.name == brand)
        return frozenset(handle.lstrip("@").casefold() for handles in named for handle in handles)

    def _entry(self, account_name: str) -> AccountSettings:
        return next(entry for entry in self.settings.document.accounts if entry.name == account_name)

    def close(self) -> None:
        """Close the connections to both databases."""
        self.engine.dispose()
        self.keys_engine.dispose()


def open_app(settings: Settings, *, clock: Clock | None = None) -> App:
    """Open databases, networks and rulebooks as the settings say; an empty database is migrated.

    Raises SettingsError, RulebookError or DatabaseUnusableError, each saying what to do.
    """
    master_key = _master_key(settings)
    sources = {brand.name: open_source(brand, settings.folder) for brand in settings.brands.values()}
    for entry in settings.document.accounts:
        # A missing secret is found before any file is made or any account counts as connected.
        open_network(entry, settings)
    engine, keys_engine = open_databases(settings)
    clock = clock or open_clock(settings.document.service.clock)
    # Two processes may start at once on an empty database.
    with writing(engine, in_turn="enrol") as session:
        accounts = {account.id: account for account in register_accounts(session, settings, now=clock.now())}
        if taken := take_settings_files(session, sources, now=clock.now()):
            append(session, taken)
    entries = {entry.name: entry for entry in settings.document.accounts}
    return App(
        settings=settings,
        engine=engine,
        keys_engine=keys_engine,
        encryption=SubjectEncryption(keys_engine, master_key),
        clock=clock,
        accounts=accounts,
        networks={
            account.id: open_network(entries[account.name], settings, account=account, now=clock.now)
            for account in accounts.values()
        },
        master_key=master_key,
        claimant=new_claimant(),
        judge_loader=_load_once(settings.document.service.classifier),
    )


def open_databases(settings: Settings) -> tuple[Engine, Engine]:
    """The main database and that of subject keys, checked and at the newest schema."""
    engine, keys_engine = open_engine(settings.database), open_engine(settings.keys_database)
    for each in (engine, keys_engine):
        check_opens(each)
    migrate(engine)
    migrate_keys(keys_engine)
    return engine, keys_engine


def open_rulebook(brand: Brand, folder: Path) -> Rulebook:
    """The rulebook of a brand: its own file, or the one that is shipped."""
    return open_source(brand, folder).rulebook


def open_source(brand: Brand, folder: Path) -> RulebookSource:
    """The rulebook of a brand with its text. Raises SettingsError where its file cannot be used."""
    if brand.rulebook is None:
        shipped = shipped_name(brand.sector)
        return RulebookSource(name=f"{shipped}.yaml", text=shipped_source(shipped), rulebook=shipped_rulebook(shipped))
    path = folder / brand.rulebook
    try:
        return read_rulebook_file(path)
    except RulebookError as error:
        raise SettingsError(f"The rulebook {path} cannot be used:\n{error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f'The rulebook {path} of brand "{brand.name}" cannot be read ({error}): check [[brands]] rulebook.'
        ) from None


def _master_key(settings: Settings) -> bytes:
    try:
        return parse_master_key(settings.secret(MASTER_KEY))
    except ValueError as error:
        raise SettingsError(f"{MASTER_KEY} will not do: {error}") from None


def _load_once(level: str) -> Callable[[], Judge]:
    """A loader that loads once, at first use: the room and the dashboard assess nothing and need no models."""
    loaded: list[Judge] = []

    def load() -> Judge:
        if not loaded:
            from classifier.judging.judge import load_judge  # noqa: PLC0415 - seconds of imports, for steps that judge

            loaded.append(load_judge(level))
        return loaded[0]

    return load
