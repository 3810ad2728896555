"""The command line: ``corridor demo | city | serve | check | explain | sdl | migrate | keys | documents | audit``."""

import typer

from gateway.cli import audit, check, city, demo, documents, explain, keys, migrate, sdl, serve

__all__ = ["app", "main"]

app = typer.Typer(
    help="One GraphQL schema over the member registries of partner clusters.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.run)
app.add_typer(city.app, name="city")
app.command("serve")(serve.run)
app.command("check")(check.run)
app.command("explain")(explain.run)
app.command("sdl")(sdl.run)
app.command("migrate")(migrate.run)
app.add_typer(keys.app, name="keys")
app.add_typer(documents.app, name="documents")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Runs a command and ends the process: 0 all is well, 1 something is not, 2 wrong use or settings."""
    app()
