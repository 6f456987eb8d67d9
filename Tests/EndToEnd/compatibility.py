"""The walk of compatibility: does what each row of docs/compatibility.md says, and fails on a row that is not so.

`compatibility.py` runs it alone; so does `make compatibility`. A row that the walk does not know how to try fails, too.
"""

import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import compatibility_api as api
import compatibility_commandline as commandline
import compatibility_events as events
import compatibility_page as page
import compatibility_program as program
from harness import expect, run, server

LANES = 6
tallies = []


def walk(tally, rows, check):
    """Tries all rows, some beside each other, and says everything that is wrong at once."""
    def attempt(row):
        try:
            return check(row), None
        except Exception as error:  # noqa: BLE001 - whatever a row does wrong, the others are tried all the same
            return None, f"{row}: {type(error).__name__}: {error}"
    with ThreadPoolExecutor(LANES) as pool:
        results = list(pool.map(attempt, rows))
    faults = [fault for _, fault in results if fault]
    expect(not faults, f"{len(faults)} of {len(rows)} rows are not as docs/compatibility.md says:\n" + "\n".join(faults))
    for what, _ in results:
        tally.add(what)
    tallies.append(tally)
    return str(tally)


def flags_and_keys_are_what_the_page_says():
    rows = [row for name, rows in page.sections().items() for row in rows if "example" in row.cells]
    expect(len(rows) > 90, f"there are {len(rows)} rows")
    with server("--min-free", "1m") as host, tempfile.TemporaryDirectory(prefix="lathe-walk-") as root:
        bench = commandline.Bench(host, root)
        return walk(page.Tally("flags and keys"), rows, lambda row: commandline.check(bench, row))


def requests_are_what_the_page_says():
    rows = [row for name, rows in page.sections().items() for row in rows
            if "over HTTP" in row.cells and name not in ("Numbers", "What callbacks tell")]
    expect(len(rows) > 60, f"there are {len(rows)} rows")
    strangers = set(api.SPECIAL) - {(row.section, row.names[0]) for row in rows}
    expect(not strangers, f"no row is tried by {strangers}")
    with server("--min-free", "1m") as host:
        caller = api.Caller(host)
        return walk(page.Tally("over HTTP"), rows, lambda row: api.check(caller, row))


def callbacks_are_what_the_page_says():
    one = events.FailingServer("--min-free", "1m")
    try:
        story = events.Story(one)
    finally:
        one.stop()
        shutil.rmtree(one.root, ignore_errors=True)
    rows = page.sections()
    return "; ".join([walk(page.Tally("callbacks"), rows["Callbacks"], story.check),
                      walk(page.Tally("what they tell"), rows["What callbacks tell"], story.check_field)])


def the_program_is_what_the_page_says():
    rows = page.sections()
    files = rows["Which files come of it"]
    strangers = {*program.NUMBERS, *program.BESIDE} - {row.names[0] for row in rows["Numbers"] + rows["Beside the flags"]}
    expect(not strangers and len(program.PROGRAM) == len(rows["The program"]), f"no row is tried by {strangers}")
    with server("--min-free", "1m") as host, tempfile.TemporaryDirectory(prefix="lathe-walk-") as root:
        bench = commandline.Bench(host, root)
        call = program.Call(bench, files)
        return "; ".join([
            walk(page.Tally("files"), files, call.check),
            walk(page.Tally("program"), rows["The program"], lambda row: program.check_program(bench, row)),
            walk(page.Tally("beside the flags"), rows["Beside the flags"], lambda row: program.check_beside(bench, row)),
            walk(page.Tally("numbers"), rows["Numbers"], lambda row: program.check_number(bench, call, row)),
        ])


# The longest first, so that the others run beside it.
TESTS = [
    callbacks_are_what_the_page_says,
    flags_and_keys_are_what_the_page_says,
    the_program_is_what_the_page_says,
    requests_are_what_the_page_says,
]

if __name__ == "__main__":
    status = run(TESTS, lanes=3)
    print(sum(tallies, start=page.Tally("docs/compatibility.md")))
    sys.exit(status)
