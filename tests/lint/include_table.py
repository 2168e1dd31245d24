"""Checks every #include of exporter/ and tests/farm/ against the table in ARCHITECTURE.md.

Usage: include_table.py ROOT. Prints file:line for each include that the table does not allow.
"""

import pathlib
import re
import sys

# Header prefixes of the libraries that the table names. Other <headers> are the standard
# library and the operating system, open to all.
LIBRARIES = {
    "Asio": ("boost/asio",),
    "Beast": ("boost/beast",),
    "Boost.JSON": ("boost/json",),
    "Boost.System": ("boost/system",),
    "CLI11": ("CLI/",),
    "civetweb": ("civetweb.h", "CivetServer.h"),
    "libcurl": ("curl/",),
    "libdeflate": ("libdeflate.h",),
    "OpenSSL": ("openssl/",),
    "prometheus-cpp": ("prometheus/",),
    "spdlog": ("spdlog/",),
    "SQLite": ("sqlite3.h",),
    "yaml-cpp": ("yaml-cpp/",),
    "zlib": ("zlib.h",),
}
HEADING = "## Include table"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def read_table(text):
    """Module -> (modules it may include, libraries it may include)."""
    if HEADING not in text:
        raise ValueError(f'ARCHITECTURE.md has no heading "{HEADING}"')
    table = {}
    for line in text.split(HEADING, 1)[1].split("\n## ", 1)[0].splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 3 or cells[0] in ("module", "") or set(cells[0]) <= set("- "):
            continue
        modules = set(cells[1].replace(",", " ").split()) - {"-"}
        libraries = {item.strip() for item in cells[2].split(",")} - {"-", ""}
        unknown = libraries - set(LIBRARIES)
        if unknown:
            raise ValueError(f"row {cells[0]}: unknown library {', '.join(sorted(unknown))}")
        table[cells[0]] = (modules, libraries)
    if not table:
        raise ValueError("the include table of ARCHITECTURE.md is empty")
    return table


def library_of(header):
    for name, prefixes in LIBRARIES.items():
        if header.startswith(prefixes):
            return name
    return None


def fault_of(module, kind, header, table):
    """What is wrong with the include, or None."""
    modules, libraries = table[module]
    if kind == '"':
        target = header.split("/", 1)[0] if "/" in header else module
        if target == module or target in modules or "all" in modules:
            return None
        return f'module {module} may not include "{header}"'
    library = library_of(header)
    if library is None or library in libraries:
        return None
    return f"module {module} may not include <{header}> ({library})"


def source_files(root):
    """(module, path) of every file that the table covers."""
    folders = [(path.name, path) for path in sorted((root / "exporter").iterdir()) if path.is_dir()]
    folders.append(("farm", root / "tests" / "farm"))
    for module, folder in folders:
        for path in sorted(folder.rglob("*")):
            # Generators are programs of their own, run while building.
            if path.suffix in (".h", ".cc") and "gen" not in path.relative_to(folder).parts:
                yield module, path
    for path in sorted((root / "exporter").glob("*.cc")):
        yield "app", path


def check(root):
    table = read_table((root / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    faults = []
    seen = 0
    for module, path in source_files(root):
        name = path.relative_to(root)
        if module not in table:
            faults.append(f"{name}: module {module} has no row in ARCHITECTURE.md")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            seen += 1
            fault = fault_of(module, match[1], match[2], table)
            if fault:
                faults.append(f"{name}:{number}: {fault}")
    return faults, seen


def main():
    faults, seen = check(pathlib.Path(sys.argv[1]))
    print("\n".join(faults))
    print(f"{seen} includes, {len(faults)} outside the table of ARCHITECTURE.md")
    return 1 if faults or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
