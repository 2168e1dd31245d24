// Machines of different algorithms one after the other under one id, and files of before.
#include "history/layout.h"
#include "history/rollup.h"
#include "unit/history/store_fixture.h"

namespace antx {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// Another machine at the address of miner 1.
class OtherMachineTest : public StoreFixture {
 protected:
  std::shared_ptr<MinerView> Machine(const char* model, const char* algorithm, double rate) {
    auto miner = Miner(1, clock_.system, rate);
    miner->identity.model = model;
    miner->identity.algorithm = algorithm;
    return miner;
  }

  void Poll(int rounds, const char* model, const char* algorithm, double rate) {
    for (int i = 0; i < rounds; ++i) {
      clock_.Pass(kInterval);
      const auto rows =
          store_->WriteRound(*Fleet({Machine(model, algorithm, rate)}), Now(), kInterval);
      ASSERT_TRUE(rows.has_value()) << rows.error().detail;
    }
  }
  void PollS19(int rounds) { Poll(rounds, "Antminer S19 Pro", "sha256", 110e12); }
  void PollZ11(int rounds) { Poll(rounds, "Antminer Z11", "equihash", 134'580); }

  /// 60 rows of the S19, 60 of the Z11.
  void ExpectBothMachines() {
    const auto rows = Rows({});
    ASSERT_EQ(rows.size(), 120U);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(At(rows[i].values, MinerMetric::kHashrate), i < 60 ? 110e12 : 134'580) << i;
      EXPECT_EQ(rows[i].miner, "10.1.0.1");
    }
  }

  std::vector<HistoryPoint> Points(std::size_t metric, HistoryStep step, const char* board = "") {
    SeriesQuery query;
    query.miner = "10.1.0.1";
    query.board = board;
    query.metric = metric;
    query.from = SystemTime(seconds(0));
    query.to = clock_.system + hours(1);
    query.step = step;
    return reader_.Series(query)->points;
  }
};

TEST_F(OtherMachineTest, RatesKeepTheUnitOfTheirAlgorithm) {
  PollS19(60);
  PollZ11(60);
  ExpectBothMachines();
  const auto raw = Points(0, HistoryStep::kRaw);
  ASSERT_EQ(raw.size(), 120U);
  EXPECT_EQ(raw.front().mean, 110e12);
  EXPECT_EQ(raw.back().mean, 134'580);
  EXPECT_NEAR(Points(0, HistoryStep::kRaw, "1").back().mean, 44'860, 1) << "its board";
  clock_.Pass(hours(2));
  Compact();
  ExpectBothMachines();
}

TEST_F(OtherMachineTest, ALitecoinMachineIsNotRounded) {
  PollS19(2);
  Poll(2, "Antminer L3+", "scrypt", 502e6);
  EXPECT_EQ(At(Rows({}).back().values, MinerMetric::kHashrate), 502e6);
}

TEST_F(OtherMachineTest, ItStaysOutOfTheTotalsAlsoAfterARestart) {
  PollS19(3);
  ASSERT_TRUE(store_->SaveLatest().has_value());
  EXPECT_TRUE(store_->latest()->front().sha256);
  PollZ11(3);
  for (const bool saved : {false, true}) {
    if (saved) {
      ASSERT_TRUE(store_->SaveLatest().has_value());
    }
    store_ = OpenStore();
    ASSERT_EQ(store_->latest()->size(), 1U);
    const LatestRow& row = store_->latest()->front();
    EXPECT_FALSE(row.sha256);
    EXPECT_EQ(row.model, "Antminer Z11");
    EXPECT_EQ(At(row.values, MinerMetric::kHashrate), 134'580);
    EXPECT_EQ(row.time, clock_.system);
  }
}

TEST_F(OtherMachineTest, OneBucketHoldsBothWithTheRateOfTheLonger) {
  PollS19(30);
  PollZ11(90);
  clock_.Pass(hours(2));
  Compact();
  RowsQuery query;
  query.step = HistoryStep::kDay;
  const auto days = Rows(query);
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(At(days[0].values, MinerMetric::kHashrate), 134'580);
  EXPECT_EQ(At(days[0].values, MinerMetric::kBoardsUp), 1);
  const auto rates = Points(0, HistoryStep::kDay);
  ASSERT_EQ(rates.size(), 1U);
  EXPECT_EQ(rates[0].max, 134'580);
  const auto power = Points(static_cast<std::size_t>(MinerMetric::kPower), HistoryStep::kDay);
  ASSERT_EQ(power.size(), 1U);
  EXPECT_EQ(power[0].samples, 120U);
  const auto means = reader_.Means(SystemTime(seconds(0)), {"10.1.0.1"});
  ASSERT_EQ(means->size(), 1U);
  EXPECT_EQ(means->front().samples, 120U);
  EXPECT_EQ(At(means->front().means, MinerMetric::kHashrate), 134'580);
  EXPECT_NEAR(At(means->front().means, MinerMetric::kPower).value(), 3250.4, 1e-6);
}

TEST_F(OtherMachineTest, TheFirstMachineGoesOnInItsSeries) {
  PollS19(2);
  PollZ11(2);
  const auto before = store_->series_count();
  PollS19(2);
  Poll(2, "", "", 110e12);  // Does not tell what it is.
  EXPECT_EQ(store_->series_count(), before);
  EXPECT_EQ(At(Rows({}).back().values, MinerMetric::kHashrate), 110e12);
}

TEST_F(OtherMachineTest, AllItsSeriesMoveToANewAddress) {
  PollS19(1);
  PollZ11(1);
  clock_.Pass(kInterval);
  auto moved = Machine("Antminer Z11", "equihash", 134'580);
  moved->facts.address = *Ipv4::Parse("10.1.0.9");
  ASSERT_TRUE(store_->WriteRound(*Fleet({moved}), Now(), kInterval));
  RowsQuery query;
  query.miners = {"10.1.0.9"};
  EXPECT_EQ(Rows(query).size(), 3U);
}

/// Puts a file of layout 1 where the store's is, with a day of miner 1 of mean 7 boards.
class FirstLayoutTest : public OtherMachineTest {
 protected:
  void MakeOld() {
    const auto series =
        store_->db().Number("SELECT series FROM series WHERE kind = 1 AND miner = '10.1.0.1'");
    Block day(2 + 4 * static_cast<std::size_t>(kMinerMetricCount));
    const std::size_t row = day.Insert(BucketStart(Milliseconds(clock_.system), 86'400'000));
    day.values[kSamplesColumn][row] = 100;
    day.values[kCoveredColumn][row] = 3'000'000;
    for (std::size_t i = 0; i < 4; ++i) {
      day.values[2 + 4 * static_cast<std::size_t>(MinerMetric::kBoardsUp) + i][row] =
          i == 0 ? 7 : 0;
    }
    auto chunk = store_->db().Prepare("INSERT INTO chunks VALUES (?,?)");
    chunk->Bind(1, ChunkKey(HistoryStep::kDay, Milliseconds(clock_.system), *series));
    chunk->BindBlob(2, BlockPacker().Pack(day));
    (void)chunk->Step();
    const auto done = store_->db().Execute(
        "ALTER TABLE series RENAME TO newer; CREATE TABLE series (series INTEGER PRIMARY KEY, kind "
        "INTEGER NOT NULL, miner TEXT NOT NULL, board TEXT NOT NULL, address TEXT NOT NULL, model "
        "TEXT NOT NULL, algorithm TEXT NOT NULL, rate_unit INTEGER NOT NULL, UNIQUE (kind, miner, "
        "board)); INSERT INTO series SELECT * FROM newer; DROP TABLE newer; UPDATE schema_version "
        "SET version = 1 WHERE component = 'history'");
    ASSERT_TRUE(done.has_value()) << done.error().detail;
  }
};

TEST_F(FirstLayoutTest, IsCopiedReadAndGoesOn) {
  PollS19(60);
  MakeOld();
  store_ = OpenStore();
  EXPECT_TRUE(std::filesystem::exists(path_ + ".before-v2"));
  constexpr auto kBoards = static_cast<std::size_t>(MinerMetric::kBoardsUp);
  PollZ11(60);
  ExpectBothMachines();
  clock_.Pass(hours(2));
  Compact();
  ExpectBothMachines();
  const auto boards = Points(kBoards, HistoryStep::kDay);
  ASSERT_EQ(boards.size(), 1U);
  EXPECT_EQ(boards[0].samples, 100U + 120U);
  EXPECT_NEAR(boards[0].mean, (100 * 7 + 120 * 1) / 220.0, 1e-9);
}

}  // namespace
}  // namespace antx
