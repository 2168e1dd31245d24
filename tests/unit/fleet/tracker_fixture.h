// One miner, a clock by hand, and the tracker that folds what the test says it answered.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "fleet/tracker.h"

namespace antx {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return system; }
  [[nodiscard]] SteadyTime Steady() const override { return steady; }
  void Advance(std::chrono::nanoseconds by) {
    steady += by;
    system += std::chrono::duration_cast<SystemTime::duration>(by);
  }
  SystemTime system{std::chrono::seconds(1'757'600'000)};
  SteadyTime steady{std::chrono::seconds(1000)};
};

inline const Ipv4 kMiner = *Ipv4::Parse("127.10.0.1");

class TrackerTest : public testing::Test {
 protected:
  TrackerTest() {
    MinerFacts facts;
    facts.id = "127.10.0.1";
    facts.address = kMiner;
    tracker_.Upsert(facts);
    reading_.identity.model = "Antminer S19 Pro";
    reading_.identity.algorithm = "sha256";
    reading_.identity.firmware = "stock";
    reading_.hashrate_hashes_per_second = 100e12;
    reading_.elapsed_seconds = 10'000;
    reading_.rated_joules_per_terahash = 30;
  }
  void Succeed() {
    PollOutcome outcome = Outcome();
    outcome.reading = std::make_shared<const Reading>(reading_);
    outcome.identity = reading_.identity;
    outcome.connected = true;
    tracker_.Fold(outcome);
    tracker_.Tick();
  }
  void Fail(Reason reason = Reason::kTimeout) {
    PollOutcome outcome = Outcome();
    outcome.error = PollError{reason, "summary: connect: timed out"};
    tracker_.Fold(outcome);
    tracker_.Tick();
  }
  PollOutcome Outcome() {
    PollOutcome outcome;
    outcome.address = kMiner;
    outcome.started = clock_.Now();
    outcome.finished = clock_.Steady();
    outcome.duration = std::chrono::milliseconds(40);
    return outcome;
  }
  void NextPoll() {
    clock_.Advance(std::chrono::seconds(30));
    *reading_.elapsed_seconds += 30;
  }
  const MinerView& View() const { return *box_.Latest()->miners.at(0); }
  long Count(EventKind kind) const {
    return std::count_if(events_.begin(), events_.end(),
                         [kind](const Event& event) { return event.kind == kind; });
  }

  ManualClock clock_;
  SnapshotBox box_;
  std::vector<Event> events_;
  std::shared_ptr<const Config> config_ = std::make_shared<const Config>();
  Tracker tracker_{config_, clock_, box_, [this](const Event& event) { events_.push_back(event); }};
  Reading reading_;
};

}  // namespace antx
