"""How a run ends whose report cannot be written after all."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

from reconciler.cli.console import Console
from reconciler.cli.options import OutputOptions
from reconciler.cli.run import carry_out
from reconciler.cli.signals import Signals
from reconciler.model import Command
from reconciler.session import Session


@pytest.mark.parametrize("ending", ["json", "txt"])
def test_a_good_run_whose_report_cannot_be_written_at_its_end_is_an_error(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, kept = tmp_path / "folder", tmp_path / f"kept.{ending}"
    folder.mkdir()
    lost = folder / f"report.{ending}"
    output = OutputOptions(output="text", reports=(lost, kept), log_format="text", verbosity=0, quiet=True)

    def work(_session: Session, _console: Console) -> None:
        shutil.rmtree(folder)  # when it was found good already

    with click.Context(click.Command("validate"), obj=Signals()):
        code = carry_out(lambda control: Session(Command.VALIDATE, control=control), output, work)
    assert code == 1
    assert f"error: cannot write the report to {lost}: No such file or directory\n" in capsys.readouterr().err
    assert kept.exists(), "the other report is written all the same"
