#include "app/options.h"

#include <gtest/gtest.h>

namespace antx {
namespace {

ParsedOptions Parse(std::vector<std::string> arguments) {
  return ParseOptions(arguments, "antminer_exporter 1.2.3");
}

TEST(ParseOptions, ServesWithoutArguments) {
  const auto parsed = Parse({});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->action, Options::Action::kServe);
  EXPECT_EQ(Parse({"serve"}).options->action, Options::Action::kServe);
}

TEST(ParseOptions, TakesFlagsInExporterStyle) {
  const auto parsed = Parse({"--config.file=c.yml", "--subnet", "10.0.0.0/24", "-s", "10.0.1.0/24",
                             "--web.listen-address", "127.0.0.1:1", "--log.level=debug"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  const ConfigSources& sources = parsed.options->sources;
  EXPECT_EQ(sources.config_file, "c.yml");
  EXPECT_EQ(sources.subnets, (std::vector<std::string>{"10.0.0.0/24", "10.0.1.0/24"}));
  EXPECT_EQ(sources.listen_addresses, (std::vector<std::string>{"127.0.0.1:1"}));
  EXPECT_EQ(sources.log_level, "debug");
}

TEST(ParseOptions, KnowsItsSubcommands) {
  EXPECT_EQ(Parse({"scan", "--json"}).options->action, Options::Action::kScan);
  EXPECT_TRUE(Parse({"scan", "--json"}).options->json);
  const auto probe = Parse({"probe", "10.0.0.1", "--log.level", "error"});
  ASSERT_TRUE(probe.options) << probe.text;
  EXPECT_EQ(probe.options->probe_target, "10.0.0.1");
  EXPECT_EQ(Parse({"--config.check"}).options->action, Options::Action::kConfigCheck);
  EXPECT_EQ(Parse({"--print-config"}).options->action, Options::Action::kConfigPrint);
}

TEST(ParseOptions, BadUsageIsTwoHelpAndVersionAreZero) {
  EXPECT_EQ(Parse({"--nonsense"}).exit_code, 2);
  EXPECT_EQ(Parse({"probe"}).exit_code, 2);
  EXPECT_EQ(Parse({"--help"}).exit_code, 0);
  EXPECT_EQ(Parse({"--version"}).exit_code, 0);
  EXPECT_NE(Parse({"--version"}).text.find("1.2.3"), std::string::npos);
}

}  // namespace
}  // namespace antx
