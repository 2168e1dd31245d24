#include <gtest/gtest.h>

#include "config/load.h"

namespace antx {
namespace {

struct Case {
  const char* text;
  const char* first;
  const char* last;
};

TEST(ParseRange, TakesEveryForm) {
  for (const auto& [text, first, last] :
       {Case{"192.168.1.0/24", "192.168.1.0", "192.168.1.255"},
        Case{"10.1.0.0/16", "10.1.0.0", "10.1.255.255"}, Case{"10.0.0.7", "10.0.0.7", "10.0.0.7"},
        Case{"10.0.0.*", "10.0.0.0", "10.0.0.255"}, Case{"10.0.0.5-90", "10.0.0.5", "10.0.0.90"},
        Case{"10.0.0.250-10.0.1.5", "10.0.0.250", "10.0.1.5"},
        Case{" 10.0.0.4/31 ", "10.0.0.4", "10.0.0.5"}}) {
    std::string fault;
    std::string warning;
    const auto range = ParseRange(text, fault, warning);
    ASSERT_TRUE(range) << text << ": " << fault;
    EXPECT_EQ(range->first.ToString(), first) << text;
    EXPECT_EQ(range->last.ToString(), last) << text;
    EXPECT_TRUE(warning.empty()) << text;
  }
}

TEST(ParseRange, MasksHostBitsWithAWarning) {
  std::string fault;
  std::string warning;
  EXPECT_EQ(ParseRange("192.168.1.7/24", fault, warning)->first.ToString(), "192.168.1.0");
  EXPECT_NE(warning.find("192.168.1.0/24"), std::string::npos);
}

TEST(ParseRange, RefusesEverythingElse) {
  for (const char* text : {"", "10.*", "10.0.0.0/15", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.9-5",
                           "10.0.0.5-300", "10.0.0", "host.example", "::1/64", "10.0.0.0-"}) {
    std::string fault;
    std::string warning;
    EXPECT_FALSE(ParseRange(text, fault, warning)) << text;
    EXPECT_FALSE(fault.empty()) << text;
  }
}

TEST(LoadConfig, RefusesPublicAndTooManyAddresses) {
  ConfigSources sources;
  sources.dotenv_path = "";
  sources.environment = {{"MINER_IP_RANGE", "8.8.8.0/24"}};
  EXPECT_NE(LoadConfig(sources).faults.at(0).find("public"), std::string::npos);
  sources.environment["ALLOW_PUBLIC_RANGES"] = "yes";
  EXPECT_TRUE(LoadConfig(sources).config);
  sources.environment = {{"MINER_IP_RANGE", "10.0.0.0/16,10.1.0.0/24"}};
  EXPECT_NE(LoadConfig(sources).faults.at(0).find("65536"), std::string::npos);
  sources.environment = {{"MINER_IP_RANGE", "10.0.0.0/16,10.0.3.0/24,10.0.255.250-10.0.255.255"}};
  EXPECT_TRUE(LoadConfig(sources).config) << "an address in two ranges counts once";
}

}  // namespace
}  // namespace antx
