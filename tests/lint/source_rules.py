"""Rules of the source that no compiler checks.

Usage: source_rules.py ROOT. Prints file:line for each breach. The rules are the functions in
FILE_RULES; each takes a path relative to the root and the lines of the file.
"""

import pathlib
import re
import sys

MAX_LINES = 400
CODE = (".h", ".cc")
TEXT = CODE + (".md", ".sh", ".py", ".yml", ".yaml", ".txt", ".csv", ".cmake", ".json", ".service", "")
SKIPPED_FOLDERS = {".git", "build", "data", "node_modules", "__pycache__", "corpus"}

MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:home|root|work|Users)/\w")
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X{3})\b")
TICKET = re.compile(r"\b(?:issue|ticket|PR) #?\d+\b|\(#\d+\)", re.IGNORECASE)
MARKDOWN_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
LOCK_SOURCE = re.compile(r'"resolved"\s*:')
FAMILY_LITERAL = re.compile(r'"antminer_(?!exporter\b|monitor\.log)[a-z]|"antminer_exporter_[a-z]')


def is_code(path):
    return path.suffix in CODE


def length(path, lines):
    # Tables and prose may be long; code that does not fit into a head may not.
    if is_code(path) and len(lines) > MAX_LINES:
        yield len(lines), f"{len(lines)} lines, at most {MAX_LINES}"


def header_form(path, lines):
    if path.suffix != ".h":
        return
    if not lines or not lines[0].startswith("// "):
        yield 1, "a header begins with a comment: what the file knows"
    if "#pragma once" not in lines:
        yield 1, "a header has #pragma once"


def unfinished(_path, lines):
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield number, "unfinished work is marked"


def foreign_names(_path, lines):
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line):
            yield number, "a path of one machine"
        if TICKET.search(line):
            yield number, "a number of a ticket says nothing here; say the thing itself"
        if LOCK_SOURCE.search(line):
            yield number, "a lock file that names where packages came from"


def family_literals(path, lines):
    """Names of metric families stand in metrics/contract.yaml and nowhere else."""
    if not is_code(path) or path.parts[0] != "exporter" or path.parts[1] == "metrics":
        return
    for number, line in enumerate(lines, 1):
        if FAMILY_LITERAL.search(line):
            yield number, "the name of a metric family outside exporter/metrics"


def late_handler(path, lines):
    """civetweb takes handlers only once its port is open: who comes before them gets 404."""
    if not is_code(path):
        return
    for number, line in enumerate(lines, 1):
        if "mg_set_request_handler" in line:
            yield number, "set begin_request before mg_start instead"


def plain_text(path, lines):
    for number, line in enumerate(lines, 1):
        if line != line.rstrip(" \t\r") and path.suffix != ".md":
            yield number, "blanks at the end of the line"


def broken_links(root, relative, lines):
    if relative.suffix != ".md":
        return
    for number, line in enumerate(lines, 1):
        for target in MARKDOWN_LINK.findall(line):
            if not (root / relative.parent / target).exists():
                yield number, f"the link {target} leads nowhere"


FILE_RULES = (length, header_form, unfinished, foreign_names, family_literals, late_handler,
              plain_text)


def files(root):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED_FOLDERS & set(relative.parts) or not path.is_file() or path.is_symlink():
            continue
        if path.suffix in TEXT:
            yield relative, path


def check(root):
    faults = []
    seen = 0
    for relative, path in files(root):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # Not text.
        seen += 1
        for rule in FILE_RULES:
            faults += [f"{relative}:{number}: {text}" for number, text in rule(relative, lines)]
        faults += [f"{relative}:{number}: {text}"
                   for number, text in broken_links(root, relative, lines)]
    return faults, seen


def main():
    faults, seen = check(pathlib.Path(sys.argv[1]))
    print("\n".join(faults))
    print(f"{seen} files, {len(faults)} breaches")
    return 1 if faults or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
