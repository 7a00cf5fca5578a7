"""`animedex completion`: a script for the user's shell."""

from __future__ import annotations

import os

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from animedex.cli.command import Command
from animedex.cli.streams import write_out

VARIABLE = "_ANIMEDEX_COMPLETE"


@add_completion_class
class PowerShellComplete(ShellComplete):
    """Complete in PowerShell, which click does not know."""

    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $ast, $cursor)
    $env:COMP_WORDS = $ast.ToString().PadRight($cursor).Substring(0, $cursor)
    $env:%(complete_var)s = "powershell_complete"
    %(prog_name)s | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new(
            $value, $value, "ParameterValue", $help)
    }
    Remove-Item Env:COMP_WORDS, Env:%(complete_var)s
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Split the line so far into the words before the cursor and the one under it."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)
        incomplete = "" if line.endswith(" ") or len(words) <= 1 else words.pop()
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Write a word and what it is for, with a tab between them."""
        return f"{item.value}\t{item.help or item.value}"


@click.command(
    "completion",
    cls=Command,
    examples=(
        'eval "$(animedex completion bash)"',
        "animedex completion zsh > ~/.zfunc/_animedex",
        "animedex completion fish > ~/.config/fish/completions/animedex.fish",
        "animedex completion powershell | Out-String | Invoke-Expression",
    ),
)
@click.argument(
    "shell",
    type=click.Choice(["bash", "zsh", "fish", "powershell"]),
    help="Shell to write the completion script for.",
)
def command(shell: str) -> None:
    """Print a completion script for your shell."""
    from animedex.cli.root import root

    kind = get_completion_class(shell)
    assert kind is not None
    write_out(kind(root, {}, "animedex", VARIABLE).source() + "\n")
