"""The lint checks find what they are for: each is shown a small tree with one fault in it."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import include_table  # noqa: E402
import source_rules  # noqa: E402

TABLE = """# Architecture
## Include table
| module | may include | libraries |
| --- | --- | --- |
| util | - | spdlog |
| net | util | Asio |
| app | all | CLI11 |
| farm | util | - |

## Next
| poll | net | - |
"""


class Tree:
    """A project in a folder of its own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.write("ARCHITECTURE.md", TABLE)
        self.write("exporter/util/text.cc", "#include <string>\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class IncludeTable(unittest.TestCase):
    def setUp(self):
        self.tree = Tree()

    def tearDown(self):
        self.tree.folder.cleanup()

    def faults(self):
        return include_table.check(self.tree.root)[0]

    def test_allows_what_the_table_allows(self):
        self.tree.write("exporter/net/a.cc", '#include "net/a.h"\n#include "util/text.h"\n'
                                             "#include <boost/asio.hpp>\n#include <vector>\n")
        self.tree.write("exporter/main.cc", '#include "net/a.h"\n#include <CLI/CLI.hpp>\n')
        self.assertEqual(self.faults(), [])

    def test_refuses_a_module_that_is_not_in_the_row(self):
        self.tree.write("exporter/util/up.cc", '\n#include "net/a.h"\n')
        self.assertEqual(self.faults(),
                         ['exporter/util/up.cc:2: module util may not include "net/a.h"'])

    def test_refuses_a_library_that_is_not_in_the_row(self):
        self.tree.write("exporter/util/up.cc", "#include <boost/asio/ip/tcp.hpp>\n")
        self.assertEqual(len(self.faults()), 1)
        self.tree.write("exporter/main.cc", "#include <spdlog/spdlog.h>\n")
        self.assertEqual(len(self.faults()), 2)

    def test_the_simulator_may_not_see_the_decoder(self):
        self.tree.write("tests/farm/server.cc", '#include "antminer/decode.h"\n')
        self.assertEqual(len(self.faults()), 1)

    def test_refuses_a_module_without_a_row_even_if_another_table_has_it(self):
        self.tree.write("exporter/poll/poll.cc", "int x;\n")
        self.assertEqual(self.faults(),
                         ["exporter/poll/poll.cc: module poll has no row in ARCHITECTURE.md"])

    def test_a_table_with_an_unknown_library_is_an_error(self):
        self.tree.write("ARCHITECTURE.md", TABLE.replace("spdlog", "sp-log"))
        with self.assertRaises(ValueError):
            self.faults()


class SourceRules(unittest.TestCase):
    def setUp(self):
        self.tree = Tree()

    def tearDown(self):
        self.tree.folder.cleanup()

    def faults(self):
        return source_rules.check(self.tree.root)[0]

    def expect_one(self, name, text):
        self.assertEqual(self.faults(), [])
        self.tree.write(name, text)
        self.assertEqual(len(self.faults()), 1, self.faults())

    def test_long_file(self):
        self.tree.write("exporter/util/fits.cc", "int x;\n" * source_rules.MAX_LINES)
        self.expect_one("exporter/util/long.cc", "int x;\n" * (source_rules.MAX_LINES + 1))

    def test_header_without_pragma(self):
        self.expect_one("exporter/util/a.h", "// Knows nothing.\n")

    def test_header_without_comment(self):
        self.expect_one("exporter/util/a.h", "#pragma once\n")

    def test_unfinished_work(self):
        self.expect_one("exporter/util/a.cc", "// TO" + "DO later\n")

    def test_path_of_one_machine(self):
        self.expect_one("README.md", "see /ho" + "me/user/notes\n")

    def test_ticket(self):
        self.expect_one("README.md", "As in issue" + " 12.\n")

    def test_lock_file(self):
        self.expect_one("tests/pages/package-lock.json", '{"reso' + 'lved": "x"}\n')

    def test_family_outside_metrics(self):
        self.tree.write("exporter/metrics/a.cc", 'f("antminer_up");\n')
        self.tree.write("exporter/app/a.cc", 'f("antminer_exporter: error");\n')
        self.expect_one("exporter/fleet/a.cc", 'f("antminer_up");\n')

    def test_own_family_outside_metrics(self):
        self.expect_one("exporter/fleet/a.cc", 'f("antminer_exporter_polls_total");\n')

    def test_handler_that_comes_after_the_port(self):
        self.expect_one("exporter/api/a.cc", 'mg_set_request_handler(server, "**", f, nullptr);\n')

    def test_trailing_blanks(self):
        self.expect_one("exporter/util/a.cc", "int x; \n")

    def test_link_that_leads_nowhere(self):
        self.tree.write("docs/good.md", "[a](../ARCHITECTURE.md#tree) [b](https://example.org/x)\n")
        self.expect_one("docs/bad.md", "[a](ARCHITECTURE.md)\n")

    def test_builds_are_not_read(self):
        self.tree.write("build/a.cc", "// TO" + "DO\n")
        self.assertEqual(self.faults(), [])


if __name__ == "__main__":
    unittest.main()
