"""The command line: `aparte`. Exit codes: 0 done, 1 failed, 2 bad usage or settings.

`COMMANDS` names every command. Its module is imported when it is run, or asked for its own help, and not before: most
of what a command needs takes seconds to import, and `aparte --help` needs none of it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from service.commands.failures import Failure


class DeferredCommand(TyperCommand):
    """A command by its name and first sentence. The function behind it is imported when it is needed."""

    def __init__(self, *, name: str, target: str, summary: str) -> None:
        super().__init__(name=name, callback=None, help=summary)
        self.target = target

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Hand over to the command itself, which from here on stands in the place of this one."""
        module, _, function = self.target.partition(":")
        found = typer.Typer(add_completion=False)
        found.command(self.name)(getattr(importlib.import_module(module), function))
        return typer.main.get_command(found).make_context(*args, **options)


class CommandGroup(TyperGroup):
    """Commands under one name."""

    def __init__(self, *, name: str, summary: str, commands: Mapping[str, DeferredCommand | CommandGroup]) -> None:
        super().__init__(name=name, help=summary, no_args_is_help=True, commands=dict(commands))


class _Root(TyperGroup):
    """All of `COMMANDS`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update(COMMANDS)


def _command(name: str, target: str, summary: str) -> tuple[str, DeferredCommand]:
    return name, DeferredCommand(name=name, target=f"service.commands.{target}", summary=summary)


def _group(name: str, summary: str, *commands: tuple[str, DeferredCommand | CommandGroup]) -> tuple[str, CommandGroup]:
    return name, CommandGroup(name=name, summary=summary, commands=dict(commands))


COMMANDS: Mapping[str, DeferredCommand | CommandGroup] = dict(
    [
        _command("demo", "demo:demo", "Show the whole service at work on a practice network."),
        _command(
            "sandbox",
            "sandbox:sandbox",
            "Serve a practice network that speaks X's and Meta's APIs and remembers the truth.",
        ),
        _command("run", "run:run", "Run every step as it falls due, until stopped."),
        _command("once", "run:once", "Run every due step until nothing is due; for cron."),
        _command("dashboard", "serve:dashboard", "Serve the dashboard for agents, marketing and compliance."),
        _command("room", "serve:room", "Serve the private rooms."),
        _command("webhooks", "serve:webhooks", "Take what networks deliver by webhook, at /webhooks/ACCOUNT."),
        _command(
            "mailroom", "serve:mailroom", "Take answers to notices by SMTP, at the address that the settings name."
        ),
        _command("doctor", "doctor:doctor", "Look at everything the service leans on, one line each."),
        _command(
            "replay",
            "replay:replay_file",
            "Judge and decide a file of real posts (JSONL or CSV) in shadow mode; nothing is sent.",
        ),
        _command(
            "classify",
            "classifier:classify",
            "Judge posts: JSONL with `text` in, the same lines with an `assessment` out. Broken lines are counted.",
        ),
        _command("evaluate", "classifier:evaluate_task", "Measure the model of one task on labelled posts."),
        _command("train", "classifier:train_task", "Train the model of one task from labelled files."),
        _command("bench", "bench:bench", "Measure the main path against a practice network without limits."),
        _group(
            "agent",
            "The people who work here.",
            _command("add", "agents:add", "Add a person who may sign in, or give one a new password and roles."),
            _command("list", "agents:list_all", "List who may sign in."),
        ),
        _group(
            "article",
            "What the brand knows and may say: articles, and incidents.",
            _command(
                "import",
                "articles:import_",
                "Take the articles of a file (JSONL or CSV); one of the same brand, title and language is replaced.",
            ),
            _command("list", "articles:list_", "Show the articles with their numbers, and which are valid now."),
            _command("expire", "articles:expire", "Let an article be valid no longer; the end of an incident."),
        ),
        _group(
            "crisis",
            "The crisis switch: it holds all that would leave for a brand.",
            _command(
                "declare",
                "crisis:declare",
                "Hold everything of a brand that is automatic or approved. One supervisor, or somebody of marketing.",
            ),
            _command(
                "lift",
                "crisis:lift",
                "Agree that the crisis of a brand is over. It ends with the second of two different supervisors.",
            ),
            _command("list", "crisis:list_all", "List the crises that last."),
        ),
        _group(
            "crm",
            "Customers from the company's own records.",
            _command(
                "import",
                "crm:import_",
                "Take the customers of a CRM export (CSV or JSONL); those known by their reference are replaced.",
            ),
        ),
        _group(
            "ledger",
            "The log of what was decided and said.",
            _command(
                "verify",
                "ledger:verify_log",
                "Rebuild the tree from every stored entry and compare it with all that was written about it.",
            ),
            _command(
                "checkpoint",
                "ledger:sign_checkpoint",
                "Sign the head of the log as it stands, and print the signed note to keep elsewhere.",
            ),
            _command(
                "key",
                "ledger:show_key",
                "Print the public key that proves checkpoints: base64, then the C2SP form with the log's name.",
            ),
            _command(
                "export",
                "ledger:export",
                "Write every entry as it was hashed, one JSON object a line; sealed fields stay sealed.",
            ),
        ),
        _group(
            "policy",
            "Rulebooks.",
            _command(
                "check",
                "policy:check_rulebook",
                "Name every problem of a rulebook, with its line and rule, and run its examples.",
            ),
            _command(
                "simulate",
                "policy_simulation:simulate_rulebook",
                "Count what a rulebook would do with stored posts, or with those of a file; nothing is written or "
                "sent.",
            ),
            _command(
                "diff",
                "policy_simulation:diff_rulebooks",
                "Show which stored decisions would change from one rulebook to another, and how.",
            ),
            _command(
                "promote",
                "policy_pilots:promote",
                "Decide by the pilot's rulebook from now on. A supervisor's act, recorded in the log.",
            ),
            _group(
                "pilot",
                "A rulebook that runs beside the one in use.",
                _command("start", "policy_pilots:start", "Run a rulebook beside the one in use. A supervisor's act."),
                _command(
                    "status",
                    "policy_pilots:status",
                    "Show how the pilot of a brand does, or did: agreement with people, overall and by rule.",
                ),
                _command(
                    "stop",
                    "policy_pilots:stop",
                    "End the pilot of a brand; the rulebook in use goes on. A supervisor's act.",
                ),
            ),
        ),
    ]
)
"""By name, in the order of `aparte --help`; each with the first sentence of its own help."""

app = typer.Typer(
    name="aparte",
    cls=_Root,
    help="Listens to public posts, decides by written policy, and moves private matters to a private room.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the shape that typer calls
    if wanted:
        typer.echo(f"aparte {version('aparte')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take what stands before the command: `--version` alone, which has ended the program by now."""


def main() -> None:
    """Run one command; an expected failure is one sentence on stderr and an exit code."""
    try:
        app()
    except Failure as failure:
        sys.stderr.write(f"aparte: {failure}\n")
        sys.exit(failure.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
