"""`aparte policy pilot start|status|stop` and `aparte policy promote`."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from records.database import reading
from records.enums import Mode
from service.brands.rulebook_versions import read_rulebook_file
from service.commands.context import configured_app, signed_in_actor
from service.commands.failures import BAD_USAGE, Failure, reported
from service.commands.options import AsJson, Config, Password, Who
from service.desk.pilots import PilotTerms, promote_pilot, start_pilot, stop_pilot
from service.pilots.report import disagreements, newest_pilot, report_as_json, report_as_text, report_on
from service.simulation.masked_posts import masked_posts_by_mention
from service.simulation.simulate import one_brand
from service.wiring.app import App

EXAMPLES = 5

Brand = Annotated[str | None, typer.Option("--brand", help="Left out: the one that there is.")]


def start(  # noqa: PLR0913 - one parameter an option
    rulebook: Annotated[Path, typer.Argument(help="A file that `aparte policy check` finds no problem in.")],
    *,
    who: Who,
    password: Password,
    brand: Brand = None,
    live: Annotated[bool, typer.Option("--live", help="It decides for its share; left out: it only says.")] = False,
    share: Annotated[float, typer.Option(help="Of threads: 0.1 for a tenth.")] = 1.0,
    least_agreement: Annotated[float, typer.Option(help="Below this it ends by itself.")] = 0.8,
    least_compared: Annotated[int, typer.Option(help="So many comparisons are enough to judge it.")] = 50,
    invitations: Annotated[int, typer.Option(help="The most that a live pilot makes in a day.")] = 50,
    config: Config = None,
) -> None:
    """Run a rulebook beside the one in use. A supervisor's act."""
    terms = PilotTerms(
        mode=Mode.LIVE if live else Mode.SHADOW,
        share=share,
        least_agreement=least_agreement,
        least_compared=least_compared,
        most_invitations=invitations,
    )
    with configured_app(config) as app, reported():
        actor = signed_in_actor(app, who, password)
        try:
            source = read_rulebook_file(rulebook)
        except (OSError, UnicodeDecodeError) as error:
            raise Failure(f"The rulebook {rulebook} cannot be read ({error}).", exit_code=BAD_USAGE) from error
        named = one_brand(app, brand)
        number = start_pilot(app, named, source, terms, actor=actor, now=app.clock.now())
    how = "decides for" if live else "says what it would do with"
    typer.echo(f"Pilot {number} of {named} {how} {share:.0%} of threads: {source.name} {source.rulebook.version}")


def status(*, brand: Brand = None, config: Config = None, json: AsJson = False) -> None:
    """Show how the pilot of a brand does, or did: agreement with people, overall and by rule."""
    with configured_app(config) as app, reported():
        named = one_brand(app, brand)
        with reading(app.engine) as session:
            row = newest_pilot(session, named)
            if row is None:
                raise Failure(f"No pilot of {named} ever ran: start one with `aparte policy pilot start`.")
            report = report_on(session, row)
            against = disagreements(session, row, most=EXAMPLES)
            posts = masked_posts_by_mention(session, [(each.mention_id, each.revision) for each in against])
    if json:
        typer.echo(json_text.dumps(report_as_json(report, against, posts), ensure_ascii=False))
    else:
        typer.echo(report_as_text(report, against, posts))


def stop(*, who: Who, password: Password, brand: Brand = None, config: Config = None) -> None:
    """End the pilot of a brand; the rulebook in use goes on. A supervisor's act."""
    with configured_app(config) as app, reported():
        named, actor = one_brand(app, brand), signed_in_actor(app, who, password)
        report = stop_pilot(app, named, actor=actor, now=app.clock.now())
    typer.echo(f"Pilot {report.pilot.id} of {named} is stopped")


def promote(
    *,
    who: Who,
    password: Password,
    brand: Brand = None,
    although: Annotated[
        str, typer.Option(help="Why, where too little was compared or it agreed too seldom; kept in the log.")
    ] = "",
    config: Config = None,
) -> None:
    """Decide by the pilot's rulebook from now on. A supervisor's act, recorded in the log."""
    with configured_app(config) as app, reported():
        named, actor = one_brand(app, brand), signed_in_actor(app, who, password)
        report = promote_pilot(app, named, actor=actor, now=app.clock.now(), although=although)
        where = _file_of(app, named)
    typer.echo(
        f"{named} decides by version {report.pilot.version} from now on. {where}"
        "The settings' file comes into use again when its content changes."
    )


def _file_of(app: App, brand: str) -> str:
    file = app.settings.brands[brand].rulebook
    return "" if file is None else f"Put the promoted text into {file}, too: whoever reads it then reads what decides. "
