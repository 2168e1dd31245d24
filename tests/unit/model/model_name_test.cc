#include "model/model_name.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

struct Case {
  const char* spelling;
  const char* key;
};

TEST(NormaliseModel, BringsEverySpellingToOneKey) {
  for (const auto& [spelling, key] : {
           Case{"Antminer S19 Pro", "s19 pro"},
           Case{"Bitmain Antminer S19 Pro 110T", "s19 pro"},
           Case{"S19PRO", "s19 pro"},
           Case{"Antminer S19JPRO Hiveon", "s19j pro"},
           Case{"Antminer S19 XP (Vnish 1.2.0-rc1)", "s19 xp"},
           Case{"S19 Pro 95Th", "s19 pro"},
           Case{"Antminer S19j Pro+", "s19j pro+"},
           Case{"Antminer S21+ Hyd.", "s21+ hyd"},
           Case{"Antminer S9", "s9"},
           Case{"Antminer Z9-Mini", "z9 mini"},
           Case{"Antminer S19JPROWP", "s19jprowp"},
           Case{"S19_PRO", "s19 pro"},
           Case{"", ""},
       }) {
    EXPECT_EQ(NormaliseModel(spelling), key) << spelling;
  }
}

TEST(NormaliseModel, KeepsDifferentModelsApart) {
  EXPECT_NE(NormaliseModel("Antminer S19k Pro"), NormaliseModel("Antminer S19 Pro"));
  EXPECT_NE(NormaliseModel("Antminer S21"), NormaliseModel("Antminer S21+"));
}

TEST(NormaliseModel, IsStableOnItsOwnResult) {
  EXPECT_EQ(NormaliseModel(NormaliseModel("Antminer S19JPRO+")), NormaliseModel("S19j Pro+"));
}

}  // namespace
}  // namespace antx
