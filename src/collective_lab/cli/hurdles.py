"""Why a collective wins some texts and not others: `collective-lab hurdles --help`."""

import argparse
import json
import sys
from pathlib import Path

from collective_lab.cli import choosing
from collective_lab.cli.run import count
from collective_lab.corpora import ArchiveError, DownloadError
from collective_lab.store.files import write_text


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `hurdles` to a parser's commands; `command` is then a function of the arguments."""
    verb = commands.add_parser(
        "hurdles",
        help="why does a collective win some texts and not others?",
        description="A word counter trains on texts, without a collective and with several.\n"
        "How far is the target behind at each test text, how many marks does the text\n"
        "get for its length, and how much does the mark weigh?",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("record", type=Path, metavar="FILE", help="the JSON file to write")
    choosing.add_texts(verb)
    verb.add_argument("--seeds", type=count, default=5, help="default: %(default)s")
    verb.add_argument(
        "--members",
        type=count,
        nargs="+",
        metavar="N",
        help="of the collectives; default: 10 to 1,000",
    )
    verb.set_defaults(command=_hurdles)


def _hurdles(options: argparse.Namespace) -> int:
    if not options.record.parent.is_dir():
        print(f"{options.record.parent} is not a folder: make it, or name another", file=sys.stderr)
        return 2
    from collective_lab.experiment import reading  # loads PyTorch

    try:
        sizes = options.members or reading.MEMBERS
        found = reading.read(choosing.texts(options), options.seeds, sizes)
    except (FileNotFoundError, ArchiveError, DownloadError) as error:
        print(error, file=sys.stderr)
        return 1
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    write_text(options.record, json.dumps(found) + "\n")
    print(f"{len(found['texts']['words']):,} test texts are in {options.record}")
    return 0
