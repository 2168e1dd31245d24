// The limits over a run of two thousand miners.
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "unit/control/run_fixture.h"

namespace antx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(RunTest, EveryWindowHoldsForTwoThousandMiners) {
  views_.clear();
  for (int i = 0; i < 2000; ++i) {
    Add("127.1." + std::to_string(i / 200) + '.' + std::to_string(i % 200 + 1),
        i < 1000 ? "north" : "south", "r" + std::to_string(i / 20 % 50));
  }
  Open(":memory:");
  Publish();
  config_->control.miners_per_second = 7;
  config_->control.kilowatts_per_minute = 900;  // 300 miners.
  config_->control.max_share_of_rack = 0.2;     // 4 of 20.
  config_->control.max_share_of_site = 0.1;     // 100 of 1000.
  config_->control.canary = 5;
  config_->control.canary_wait = seconds(30);
  const std::int64_t id = Begin(RunFor(Verb::kRestart));
  std::minstd_rand random(1);
  std::vector<SteadyTime> starts;
  struct Away {
    SteadyTime answers, hashes;
    SentCommand command;
    bool answered = false;
  };
  std::map<std::string, Away> away;
  std::map<std::string, int> times;
  std::map<std::string, std::size_t> row;
  for (std::size_t i = 0; i < views_.size(); ++i) row[views_[i]->facts.id] = i;
  const auto places = [&](auto key) {
    std::map<std::string, int> count;
    for (const auto& [miner, gone] : away) ++count[key(*views_[row[miner]])];
    int most = 0;
    for (const auto& [place, number] : count) most = std::max(most, number);
    return most;
  };
  int most_of_site = 0;
  int most_of_rack = 0;
  std::size_t before_gate = 0;
  SteadyTime polled = clock_.Steady();
  for (int turn = 0; turn < 40000 && (starts.size() < 2000 || !away.empty()); ++turn) {
    const SteadyTime next = book_->Tick();
    while (!sent_.empty()) {
      SentCommand command = std::move(sent_.front());
      sent_.pop_front();
      starts.push_back(command.when);
      ++times[command.miner];
      const SteadyTime answers = command.when + std::chrono::milliseconds(random() % 9000);
      const std::string miner = command.miner;
      away.emplace(miner, Away{answers, answers + seconds(random() % 60), std::move(command)});
    }
    most_of_site = std::max(most_of_site,
                            places([](const MinerView& view) { return view.facts.labels.site; }));
    most_of_rack = std::max(most_of_rack, places([](const MinerView& view) {
                              return view.facts.labels.site + view.facts.labels.rack;
                            }));
    if (clock_.passed < seconds(30)) before_gate = starts.size();
    clock_.passed += std::clamp<std::chrono::nanoseconds>(next - clock_.Steady(),
                                                          std::chrono::nanoseconds(1), seconds(1));
    for (auto miner = away.begin(); miner != away.end();) {
      Away& gone = miner->second;
      MinerView& view = *views_[row[miner->first]];
      if (!gone.answered && clock_.Steady() >= gone.answers) {
        gone.answered = true;
        view.state = MinerState::kStarting;
        gone.command.done(kDoneOutcome);
      }
      const bool hashes = gone.answered && clock_.Steady() >= gone.hashes;
      if (hashes) view.state = MinerState::kHashing;
      miner = hashes ? away.erase(miner) : std::next(miner);
    }
    if (clock_.Steady() - polled < seconds(1)) continue;
    polled = clock_.Steady();
    Publish();
  }
  Pass(seconds(1));
  Publish();
  (void)book_->Tick();
  EXPECT_EQ(starts.size(), 2000U);
  EXPECT_EQ(times.size(), 2000U) << "each exactly once";
  EXPECT_EQ(before_gate, 5U) << "the canaries alone";
  const auto most_in = [&starts](std::chrono::nanoseconds window) {
    std::size_t most = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      while (starts[i] - starts[first] > window) ++first;
      most = std::max(most, i - first + 1);
    }
    return most;
  };
  EXPECT_LE(most_in(seconds(1)), 7U);
  EXPECT_LE(most_in(minutes(1)), 300U);
  EXPECT_LE(most_of_site, 100);
  EXPECT_LE(most_of_rack, 4);
  EXPECT_GE(most_of_rack, 3) << "the limit was felt at all";
  const RunReport report = Report(id);
  EXPECT_EQ(report.state, RunState::kFinished);
  for (const StepReport& step : report.steps) EXPECT_EQ(step.back, BackState::kBack);
}

}  // namespace
}  // namespace antx
