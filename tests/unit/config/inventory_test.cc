#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/inventory_csv.h"

namespace antx {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(InventoryCsv, ReadsColumnsInAnyOrder) {
  std::vector<std::string> faults;
  const auto entries = ParseInventoryCsv(
      "site,ip,name,rated_ths,static\r\nhall 1,10.0.0.1,\"a, \"\"b\"\"\",110,yes\n# note\n\n",
      "m.csv", faults);
  EXPECT_THAT(faults, IsEmpty());
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].labels.name, "a, \"b\"");
  EXPECT_EQ(entries[0].labels.site, "hall 1");
  EXPECT_EQ(entries[0].labels.rated_hashrate_hashes_per_second, 110e12);
  EXPECT_TRUE(entries[0].is_static);
}

TEST(InventoryCsv, ABareListOfAddressesIsStatic) {
  std::vector<std::string> faults;
  const auto entries = ParseInventoryCsv("10.0.0.1\n10.0.0.2\n", "list", faults);
  EXPECT_THAT(faults, IsEmpty());
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_TRUE(entries[1].is_static);
}

TEST(InventoryCsv, FaultsNameFileAndLine) {
  std::vector<std::string> faults;
  (void)ParseInventoryCsv(
      "ip,mac,rated_ths,colour\n10.0.0.x,,,\n,zz,,\n10.0.0.3,,-1,\n10.0.0.4,,,red\n10.0.0.5\n"
      "10.0.0.5\n\"10.0.0.6\n",
      "m.csv", faults);
  EXPECT_THAT(faults, testing::Contains(HasSubstr("m.csv:2: ip")));
  EXPECT_THAT(faults, testing::Contains(HasSubstr("m.csv:3: mac")));
  EXPECT_THAT(faults, testing::Contains(HasSubstr("m.csv:4: rated_ths")));
  EXPECT_THAT(faults, testing::Contains(HasSubstr("m.csv:5: colour: unknown")));
  EXPECT_THAT(faults, testing::Contains(HasSubstr("m.csv:7: 10.0.0.5 stands in the file twice")));
  EXPECT_THAT(faults, testing::Contains(HasSubstr("m.csv:8: a quote is not closed")));
}

}  // namespace
}  // namespace antx
