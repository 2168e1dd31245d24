// A fleet on a clock that the test moves, and commands that end when the test says so.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "control/controller.h"
#include "control/journal.h"
#include "control/run.h"
#include "integration/harness.h"

namespace antx {

class MovingClock final : public Clock {
 public:
  SystemTime Now() const override { return start_ + passed; }
  SteadyTime Steady() const override { return SteadyTime(std::chrono::hours(1)) + passed; }
  std::chrono::nanoseconds passed{0};

 private:
  SystemTime start_{std::chrono::seconds(1'757'620'800)};  // 2025-09-11T20:00:00Z
};

inline std::shared_ptr<MinerView> HashingMiner(const std::string& address, const Clock& clock,
                                               const std::string& site = "",
                                               const std::string& rack = "") {
  auto view = std::make_shared<MinerView>();
  view->facts = {address, *Ipv4::Parse(address), DiscoverySource::kTcp, {}};
  view->facts.labels.site = site;
  view->facts.labels.rack = rack;
  view->identity.model = "Antminer S19 Pro";
  view->identity.firmware = "stock";
  view->state = MinerState::kHashing;
  view->up = view->polled = true;
  view->last_success = clock.Now();
  auto reading = std::make_shared<Reading>();
  reading->hashrate_hashes_per_second = 100e12;
  PoolReading pool;
  pool.url = "stratum+tcp://old.example:3333";
  pool.user = "account.rig07";
  reading->pools.push_back(pool);
  view->reading = reading;
  view->power = Power{3000, PowerSource::kReported};
  return view;
}

/// Commands that were sent and wait for their outcome.
struct SentCommand {
  std::string miner;
  Command command;
  SteadyTime when;
  std::function<bool()> stopped;
  std::function<void(CommandOutcome)> done;
};

class ControlTest : public ::testing::Test {
 protected:
  ControlTest() {
    config_->control.enabled = true;
    config_->control.canary = 0;
    config_->control.miners_per_second = 50;
    config_->control.kilowatts_per_minute = 1e6;
    config_->control.max_share_of_rack = config_->control.max_share_of_site = 1;
  }

  void Add(const std::string& address, const std::string& site = "", const std::string& rack = "") {
    views_.push_back(HashingMiner(address, clock_, site, rack));
  }
  /// A new round of polls, in which every miner of `views_` is as it says.
  void Publish() {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->taken = clock_.Now();
    snapshot->sequence = ++sequence_;
    for (const auto& view : views_) {
      auto copy = std::make_shared<MinerView>(*view);
      copy->last_success = clock_.Now();
      snapshot->miners.push_back(std::move(copy));
    }
    box_.Publish(std::move(snapshot));
  }
  void Pass(std::chrono::nanoseconds time) { clock_.passed += time; }

  static ControlCaller Caller(const std::string& key = "", const std::string& request = "") {
    return {"token night-shift", "127.0.0.1", "a test", key, request};
  }
  static Command PoolCommand() {
    Command command;
    command.verb = Verb::kPool;
    command.pools = {{"stratum+tcp://new.example:3333", "account.rig07", "SecretOfPool"}};
    return command;
  }
  RunReport RunFor(Verb verb) const {
    RunReport run;
    run.plan = 1;
    run.command.verb = verb;
    run.limits = StandardLimits(config_->control);
    for (const auto& view : views_) {
      StepReport step;
      step.miner_id = view->facts.id;
      step.address = view->facts.address;
      step.site = view->facts.labels.site;
      step.rack = view->facts.labels.rack;
      step.hashrate_hashes_per_second = 100e12;
      step.watts = 3000;
      run.steps.push_back(step);
    }
    return run;
  }
  RunBook::Parts BookParts(Journal& journal) {
    RunBook::Parts parts{journal, box_, clock_, log_, [this] { return config_; }, {}};
    parts.hooks.send = [this](CommandTarget target, Command command, std::function<bool()> stopped,
                              std::function<void(CommandOutcome)> done) {
      sent_.push_back({target.miner_id, std::move(command), clock_.Steady(), std::move(stopped),
                       std::move(done)});
    };
    return parts;
  }

  MovingClock clock_;
  Logger log_{LogLevel::kCritical, LogFormat::kText};
  std::shared_ptr<Config> config_ = std::make_shared<Config>();
  SnapshotBox box_;
  std::vector<std::shared_ptr<MinerView>> views_;  ///< In the order of their addresses.
  std::uint64_t sequence_ = 0;
  std::deque<SentCommand> sent_;
  testing::TempFolder folder_;
};

inline const CommandOutcome kDoneOutcome{CommandVerdict::kDone, true, ""};
inline const CommandOutcome kRefusedOutcome{CommandVerdict::kRefused, true, "Access denied"};

}  // namespace antx
