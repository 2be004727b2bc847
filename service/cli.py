"""The command line: `aparte`. Exit codes: 0 done, 1 failed, 2 bad usage or settings."""

from __future__ import annotations

import sys

import typer

from service.commands import (
    agents,
    articles,
    bench,
    classifier,
    crisis,
    crm,
    demo,
    inbound_email,
    inspecting,
    ledger,
    policy,
    policy_pilots,
    policy_simulation,
    processes,
    running,
)
from service.commands.failures import Failure

app = typer.Typer(
    name="aparte",
    help="Listens to public posts, decides by written policy, and moves private matters to a private room.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for family in (demo, running, processes, inbound_email, inspecting, classifier, bench):
    family.add_to(app)
app.add_typer(agents.group, name="agent")
app.add_typer(articles.group, name="article")
app.add_typer(crisis.group, name="crisis")
app.add_typer(crm.group, name="crm")
app.add_typer(ledger.group, name="ledger")
policy_simulation.add_to(policy.group)
policy_pilots.add_to(policy.group)
app.add_typer(policy.group, name="policy")


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
