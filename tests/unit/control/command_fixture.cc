#include "unit/control/command_fixture.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>

namespace antx::testing {
namespace {

constexpr std::uint16_t kApiPort = 24228;
constexpr std::uint16_t kWebPort = 24280;

/// "127.A.B.1" of this process, so that tests can run side by side.
Ipv4 OwnAddress() {
  const auto number = static_cast<std::uint32_t>(getpid());
  return Ipv4{(127U << 24U) | ((80U + number / 250U % 50U) << 16U) | ((number % 250U) << 8U) | 1U};
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

CommandTest::CommandTest() {
  settings_.web_port = kWebPort;
  settings_.web_username = "root";
  settings_.web_password = kLoginPassword;
  times_.look = std::chrono::milliseconds(40);
  SetPatience(std::chrono::seconds(60));
}

void CommandTest::SetPatience(std::chrono::milliseconds patience) {
  times_.deadline.fill(patience);
  commander_.reset();
}

void CommandTest::Start(const std::string& profile, const std::string& firmware) {
  const farm::Profile* kind = farm::FindProfile(profile);
  ASSERT_NE(kind, nullptr) << profile;
  fleet_.SetSpeed(20);
  fleet_.Add(*kind, OwnAddress(), 1);
  web().password = kLoginPassword;
  farm::ServerOptions options;
  options.port = kApiPort;
  options.control_port = 0;
  options.web_port = kWebPort;
  server_ = std::make_unique<farm::Server>(io_, fleet_, options);
  target_.miner_id = OwnAddress().ToString();
  target_.address = OwnAddress();
  target_.identity.firmware = firmware;
  target_.identity.model = profile == "s9" ? "Antminer S9" : "Antminer S19 Pro";
}

Command CommandTest::PoolCommand() {
  Command command;
  command.verb = Verb::kPool;
  command.pools = {{"stratum+tcp://a.example:3333", "acct.one", kFirstPassword},
                   {"stratum+ssl://b.example:443", "acct.two", kSecondPassword}};
  return command;
}

CommandOutcome CommandTest::Check(const Command& command) {
  if (!commander_) {
    MinerHolds holds;
    holds.hold = [this](Ipv4) -> boost::asio::awaitable<bool> {
      if (hold_fails_) co_return false;
      ++holds_;
      co_return true;
    };
    holds.release = [this](Ipv4) { ++released_; };
    commander_ = std::make_unique<MinerCommander>(client_, clock_, holds, times_);
  }
  commander_->Configure(polling_, settings_, kApiPort);
  return commander_->Check(target_, command);
}

CommandOutcome CommandTest::Run(const Command& command, const std::function<bool()>& stopped) {
  (void)Check(command);
  std::optional<CommandOutcome> outcome;
  boost::asio::co_spawn(io_, commander_->Run(target_, command, stopped),
                        [&outcome](const std::exception_ptr& thrown, CommandOutcome result) {
                          EXPECT_FALSE(thrown);
                          outcome = std::move(result);
                        });
  io_.restart();
  while (!outcome) io_.run_one();
  for (const std::string& secret : {kLoginPassword, kFirstPassword, kSecondPassword}) {
    EXPECT_THAT(outcome->detail, ::testing::Not(::testing::HasSubstr(secret)));
  }
  EXPECT_EQ(holds_, released_) << "a hold was not released";
  return *outcome;
}

CommandOutcome CommandTest::Run(Verb verb) {
  Command command;
  command.verb = verb;
  return Run(command);
}

std::vector<std::string> CommandTest::Writes() {
  std::vector<std::string> writes;
  for (const farm::WebWrite& write : web().writes) {
    writes.push_back(Replaced(write.method + ' ' + write.path + ' ' + write.body,
                              member().miner.worker(), "WORKER"));
  }
  return writes;
}

std::vector<std::string> CommandTest::PoolUrls() {
  std::vector<std::string> urls;
  for (const farm::PoolSetting& pool : member().miner.pools()) {
    if (!pool.url.empty()) urls.push_back(pool.url);
  }
  return urls;
}

}  // namespace antx::testing
