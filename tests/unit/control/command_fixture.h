// One simulated machine on loopback, and commands to it over real sockets in the same loop.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "control/miner_command.h"
#include "farm/fleet.h"
#include "farm/server.h"

namespace antx::testing {

/// None of these may ever stand in a detail.
inline const std::string kLoginPassword = "S3cret-login";
inline const std::string kFirstPassword = "pw-of-one";
inline const std::string kSecondPassword = "pw-of-two";

class CommandTest : public ::testing::Test {
 protected:
  CommandTest();

  /// A machine of a kind; `firmware` is what the exporter knows of it. Time runs 20 times as
  /// fast, so that a restart takes 150 ms.
  void Start(const std::string& profile, const std::string& firmware);
  /// Without a login for the web side.
  void ForgetLogin() { settings_.web_password.clear(); }
  void SetLogin(const std::string& password) { settings_.web_password = password; }
  /// Longest time until a command counts as not verified.
  void SetPatience(std::chrono::milliseconds patience);

  /// Runs a command to its end. Checks what must be true of every outcome: no secret in the
  /// words, each hold released.
  CommandOutcome Run(const Command& command, const std::function<bool()>& stopped = {});
  CommandOutcome Run(Verb verb);
  [[nodiscard]] CommandOutcome Check(const Command& command);
  [[nodiscard]] static Command PoolCommand();

  farm::Fleet::Member& member() { return fleet_.members().front(); }
  farm::WebSide& web() { return member().web; }
  /// What arrived: "POST /cgi-bin/blink.cgi {...}", the worker of the machine as WORKER.
  [[nodiscard]] std::vector<std::string> Writes();
  [[nodiscard]] std::vector<std::string> PoolUrls();
  [[nodiscard]] double Elapsed() { return member().miner.At(fleet_.Now()).elapsed; }

  const HttpRuntime runtime_;
  RealClock clock_;
  boost::asio::io_context io_{1};
  WebClient client_;
  farm::Fleet fleet_;
  std::unique_ptr<farm::Server> server_;
  MinersConfig settings_;
  PollingConfig polling_;
  CommandTimes times_;
  CommandTarget target_;
  std::unique_ptr<MinerCommander> commander_;
  int holds_ = 0;
  int released_ = 0;
  bool hold_fails_ = false;
};

}  // namespace antx::testing
