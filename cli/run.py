"""`clientele run NAME`: be one process of the system; containers start theirs with it."""

from __future__ import annotations

import click


class _Roles(click.ParamType[str]):
    name = "process"

    def convert(
        self, value: str, _param: click.Parameter | None, _ctx: click.Context | None
    ) -> str:
        """The name, if there is such a process."""
        from cli.roles import role_names

        if value not in role_names():
            self.fail(f"There is no process {value}. It can be: {', '.join(role_names())}.")
        return value


@click.command()
@click.argument("name", type=_Roles())
def run(name: str) -> None:
    """Be one process of the system until SIGTERM, configured by the environment.

    NAME is <service>-api, <service>-worker, <service>-jobs, <service>-relay, beat or web.
    """
    from cli.roles import run_role

    run_role(name)
