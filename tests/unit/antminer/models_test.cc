#include "antminer/models.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "antminer/identify.h"

namespace antx {
namespace {

TEST(Models, KeysAreUnique) {
  std::set<std::string_view> keys;
  for (const ModelRow& row : BuiltInModels().rows()) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.name;
    EXPECT_FALSE(row.algorithm.empty()) << row.name;
    EXPECT_TRUE(row.algorithm == "sha256" || !row.joules_per_terahash) << row.name;
  }
  EXPECT_GT(keys.size(), 60U);
}

TEST(Models, AreFoundInAnySpelling) {
  for (const char* name : {"Antminer S19 Pro", "S19PRO", "antminer s19 pro (110T)",
                           "Bitmain Antminer S19 Pro Hiveon"}) {
    const ModelRow* row = FindModel(name);
    ASSERT_NE(row, nullptr) << name;
    EXPECT_EQ(row->name, "Antminer S19 Pro");
    EXPECT_EQ(row->chips_per_board, 114);
  }
  EXPECT_EQ(FindModel("Antminer S19k Pro")->chips_per_board, 77);
  EXPECT_EQ(FindModel("Whatsminer M30S"), nullptr);
  EXPECT_EQ(FindModel(""), nullptr);
}

TEST(Models, EmptyCellsAreAbsent) {
  const ModelTable table("Antminer Q1,sha256,1e9,5e12,,3,,\n");
  const ModelRow* row = table.Find("q1");
  ASSERT_NE(row, nullptr);
  EXPECT_FALSE(row->joules_per_terahash);
  EXPECT_FALSE(row->fans);
  EXPECT_EQ(row->boards, 3);
}

TEST(Models, AMalformedTableIsAProgrammingError) {
  EXPECT_THROW(ModelTable("Antminer Q1,sha256,many,,,,,\n"), std::logic_error);
}

TEST(CanonicalModel, CutsFirmwareMarks) {
  EXPECT_EQ(CanonicalModel("Antminer S19JPRO Hiveon"), "Antminer S19j Pro");
  EXPECT_EQ(CanonicalModel("Antminer S19 XP (Vnish 1.2.0-rc1)"), "Antminer S19 XP");
  EXPECT_EQ(CanonicalModel("Antminer D3 Blissz v2.06 beta"), "Antminer D3");
  EXPECT_EQ(CanonicalModel("Antminer S9\nV1.3.58"), "Antminer S9");
  EXPECT_EQ(CanonicalModel("S19-88 v.2.6.0.39 "), "Antminer S19");
  EXPECT_EQ(CanonicalModel("Antminer S99 Ultra"), "Antminer S99 Ultra");
}

TEST(CanonicalModel, NeverTurnsOneMachineIntoAnother) {
  for (const char* told : {"Antminer S21 XP+ Hyd.", "Antminer S19 XP+ Hyd.", "Antminer S21 XP Imm.",
                           "Antminer S21e XP Hyd.", "Antminer S19j XP+", "Antminer S19k",
                           "Antminer S21 Pro+", "Antminer L9 Pro"}) {
    EXPECT_EQ(CanonicalModel(told), told);
    EXPECT_EQ(FindModel(CanonicalModel(told)), nullptr) << "no figures of another model: " << told;
  }
  EXPECT_EQ(AlgorithmOf("Antminer S21 XP+ Hyd.", "stock"), "sha256");
  EXPECT_EQ(AlgorithmOf("Antminer S19k", "stock"), "sha256");
  EXPECT_EQ(AlgorithmOf("Antminer L9 Pro", "stock"), "");
}

TEST(CanonicalModel, CutsWordsThatTellOfFirmwareOnly) {
  EXPECT_EQ(CanonicalModel("Antminer S19 XP Vnish 1.2.0-rc1"), "Antminer S19 XP");
  EXPECT_EQ(CanonicalModel("Antminer S19 NoPic"), "Antminer S19");
  EXPECT_EQ(CanonicalModel("S19j-126 v.2.6 beta"), "Antminer S19j");
  EXPECT_EQ(CanonicalModel("Antminer S9 Pro (v5.1) "), "Antminer S9");
  EXPECT_EQ(CanonicalModel("Antminer Z9-Mini"), "Antminer Z9 Mini");
  EXPECT_EQ(CanonicalModel("Antminer S19 Pro-88"), "Antminer S19 Pro");
  for (const char* odd : {"", " ", "-", "- -", "88", "v1.2", "(", "Antminer", "Antminer -88"}) {
    EXPECT_EQ(FindModel(CanonicalModel(odd)), nullptr) << odd;
  }
}

TEST(CanonicalModel, KnowsOtherNamesOfOneMachine) {
  EXPECT_EQ(CanonicalModel("Antminer S19j Pro-A"), "Antminer S19j Pro");
  EXPECT_EQ(CanonicalModel("Antminer S19JPROWP"), "Antminer S19j Pro");
  EXPECT_EQ(CanonicalModel("Antminer S21 Imm."), "Antminer S21 Immersion");
  EXPECT_EQ(CanonicalModel("ANTMINER BHB68601"), "Antminer S21");
  EXPECT_EQ(AlgorithmOf("Antminer S21", "stock"), "sha256");
  EXPECT_EQ(CanonicalModel("ANTMINER BHB99999"), "ANTMINER BHB99999");
  EXPECT_EQ(AlgorithmOf("ANTMINER BHB99999", "stock"), "sha256");
}

TEST(ParseMac, TakesMacAddressesOnly) {
  EXPECT_EQ(ParseMac("62:F7:5E:B7:10:46"), "62:f7:5e:b7:10:46");
  EXPECT_EQ(ParseMac("62f75eb71046"), "62:f7:5e:b7:10:46");
  for (const char* text : {"", "02:55:97:22:3M:72", "62:f7:5e:b7:10", "62:f7:5e:b7:10:46:00"}) {
    EXPECT_EQ(ParseMac(text), "") << text;
  }
}

}  // namespace
}  // namespace antx
