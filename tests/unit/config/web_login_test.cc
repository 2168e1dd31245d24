// Logins of the miners' web side: which one covers which miner, and how they are written.
#include "config/web_login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "config/load.h"

namespace antx {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    folder_ = std::filesystem::temp_directory_path() /
              ("antx-logins-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~CredentialsTest() override { std::filesystem::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    return path.string();
  }
  LoadedConfig Load(const std::string& yaml) const {
    ConfigSources sources;
    sources.config_file = Write("c.yml", yaml);
    std::filesystem::permissions(sources.config_file, std::filesystem::perms::owner_all);
    return LoadConfig(sources);
  }
  std::filesystem::path folder_;
};

Ipv4 At(const char* address) { return *Ipv4::Parse(address); }

TEST_F(CredentialsTest, TheFirstThatCoversAddressAndFamilyCounts) {
  const std::string all = Write("all", "p-all\n");
  const std::string vnish = Write("vnish", "p-vnish");
  const std::string hall = Write("hall", " p-hall ");
  const auto loaded = Load(
      "miners:\n  credentials:\n"
      "    - {ranges: [10.0.1.0/24, 10.0.2.7], username: op, password_file: " +
      hall + "}\n    - {family: vnish, password_file: " + vnish +
      "}\n  web_username: root\n  web_password_file: " + all + "\n");
  ASSERT_TRUE(loaded.config) << loaded.faults.front();
  const MinersConfig& miners = loaded.config->miners;
  EXPECT_EQ(WebLoginFor(miners, At("10.0.1.9"), "vnish"), (WebLogin{"op", "p-hall"}));
  EXPECT_EQ(WebLoginFor(miners, At("10.0.2.7"), ""), (WebLogin{"op", "p-hall"}));
  EXPECT_EQ(WebLoginFor(miners, At("10.0.2.8"), "vnish"), (WebLogin{"", "p-vnish"}));
  EXPECT_EQ(WebLoginFor(miners, At("10.0.2.8"), "stock"), (WebLogin{"root", "p-all"}));
  EXPECT_EQ(WebLoginFor(miners, At("10.0.2.8"), ""), (WebLogin{"root", "p-all"}));
}

TEST_F(CredentialsTest, WithoutASettingThereIsNoLogin) {
  EXPECT_EQ(WebLoginFor(MinersConfig(), At("10.0.0.1"), "stock"), std::nullopt);
  MinersConfig only_name;
  only_name.web_username = "root";
  EXPECT_EQ(WebLoginFor(only_name, At("10.0.0.1"), "stock"), std::nullopt);
}

TEST_F(CredentialsTest, PasswordsAreSecretsAndNeverPrinted) {
  const std::string file = Write("hall", "hush-hush");
  const auto loaded = Load(
      "miners: {credentials: [{ranges: [10.0.0.0/24], family: stock, "
      "username: op, password_file: " +
      file + "}]}\n");
  ASSERT_TRUE(loaded.config) << loaded.faults.front();
  EXPECT_THAT(SecretValues(*loaded.config), Contains("hush-hush"));
  const std::string printed = PrintConfig(*loaded.config);
  EXPECT_THAT(printed, Not(HasSubstr("hush-hush")));
  EXPECT_THAT(printed, HasSubstr(file));
  const auto again = Load(printed);
  ASSERT_TRUE(again.config) << again.faults.front();
  EXPECT_EQ(again.config->miners, loaded.config->miners);
}

TEST_F(CredentialsTest, EachBadPartIsNamedWithItsPlace) {
  const std::string good = Write("good", "x");
  const std::pair<std::string, std::string> cases[] = {
      {"[{ranges: [10.0.0.0/24]}]", "password_file is missing"},
      {"[{password: geheim, password_file: " + good + "}]", "write it to a file"},
      {"[{password_file: " + good + ", family: bitmain}]",
       "\"bitmain\" is no family; allowed: stock"},
      {"[{password_file: " + good + ", ranges: [10.0.0.300]}]", "\"10.0.0.300\" is no range"},
      {"[{password_file: " + good + ", ranges: [8.8.8.8]}]", "public"},
      {"[{password_file: " + good + ", colour: red}]", "\"colour\" is no part of a login"},
      {"[{password_file: /nowhere/at/all}]", "/nowhere/at/all"},
      {"{password_file: x}", "a list of {ranges"},
      {"[{password_file: " + Write("empty", "\n") + "}]", "is empty"}};
  for (const auto& [yaml, want] : cases) {
    const auto loaded = Load("miners:\n  credentials: " + yaml + "\n");
    EXPECT_FALSE(loaded.config) << yaml;
    EXPECT_THAT(loaded.faults, Contains(HasSubstr(want))) << yaml;
    EXPECT_THAT(loaded.faults, Not(Contains(HasSubstr("geheim"))));
  }
  EXPECT_TRUE(Load("miners: {credentials: []}\n").config);
}

}  // namespace
}  // namespace antx
