// What the tests of the history share: a folder, a clock that the test moves, and a fleet of
// known values.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <string>

#include "history/store.h"
#include "model/snapshot.h"
#include "util/clock.h"

namespace antx {

class SetClock final : public Clock {
 public:
  [[nodiscard]] SystemTime Now() const override { return system; }
  [[nodiscard]] SteadyTime Steady() const override { return steady; }
  void Pass(std::chrono::milliseconds time) {
    system += time;
    steady += time;
  }
  // 2026-03-01T00:00:00Z, the start of an hour and of a day.
  SystemTime system{std::chrono::seconds(1'772'323'200)};
  SteadyTime steady{std::chrono::seconds(1'000)};
};

class HistoryTest : public testing::Test {
 protected:
  HistoryTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("antx-history-" + std::to_string(getpid()) + "-" + test->name());
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "metrics.db").string();
  }
  ~HistoryTest() override { std::filesystem::remove_all(folder_); }

  static std::shared_ptr<MinerView> Miner(int number, SystemTime polled, double hashrate) {
    auto reading = std::make_shared<Reading>();
    reading->identity.algorithm = "sha256";
    reading->identity.model = "Antminer S19 Pro";
    reading->hashrate_hashes_per_second = hashrate;
    reading->accepted = 1000;
    reading->fans = {{1, 6000}, {2, 5000}, {3, 0}};
    BoardReading board;
    board.board = "1";
    board.chips = 114;
    board.hashrate_hashes_per_second = hashrate / 3;
    board.chip_celsius = {{0, 70.5F}, {1, 63.0F}};
    reading->boards = {board};
    auto view = std::make_shared<MinerView>();
    view->facts.address = *Ipv4::Parse("10.1.0." + std::to_string(number));
    view->facts.id = view->facts.address.ToString();
    view->identity = reading->identity;
    view->state = MinerState::kHashing;
    view->up = true;
    view->reading = reading;
    view->last_success = polled;
    view->power = Power{3250.4, PowerSource::kTable};
    view->counters.energy_estimated_seen = true;
    view->counters.energy_estimated_joules = 5e6;
    return view;
  }

  static std::shared_ptr<const Snapshot> Fleet(std::vector<std::shared_ptr<MinerView>> miners) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->miners.assign(miners.begin(), miners.end());
    return snapshot;
  }

  std::unique_ptr<HistoryStore> OpenStore() {
    auto db = Db::Open(path_);
    EXPECT_TRUE(db.has_value()) << (db.has_error() ? db.error().detail : "");
    auto store = HistoryStore::Open(std::move(*db));
    EXPECT_TRUE(store.has_value()) << (store.has_error() ? store.error().detail : "");
    return std::move(*store);
  }

  [[nodiscard]] Stamp Now() const { return {clock_.system, clock_.steady}; }

  SetClock clock_;
  std::filesystem::path folder_;
  std::string path_;
};

}  // namespace antx
