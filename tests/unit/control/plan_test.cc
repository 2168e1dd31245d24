#include "control/plan.h"

#include <gmock/gmock.h>

#include "unit/control/control_fixture.h"

namespace antx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PlanTest : public ControlTest {
 protected:
  PlanTest() {
    Add("127.0.0.1", "north", "r1");
    Add("127.0.0.2", "north", "r2");
    Add("127.0.0.10", "south", "r1");
    views_[1]->identity.firmware = "vnish";
    views_[2]->state = MinerState::kDegraded;
    Publish();
  }
  std::vector<std::string> Selected(const MinerSelection& selection) {
    const auto miners = SelectMiners(*box_.Latest(), selection);
    if (miners.has_error()) return {"fault: " + miners.error().text};
    std::vector<std::string> ids;
    for (const auto& miner : *miners) ids.push_back(miner->facts.id);
    return ids;
  }
  ControlPlan Plan(const Command& command, const std::set<std::string>& busy = {}) {
    Publish();
    const MinerViews miners(box_.Latest()->miners);
    checks_.resize(miners.size(), kDoneOutcome);
    return MakePlan({command, miners, checks_, busy, veto_, nullptr});
  }
  static Command Of(Verb verb) {
    Command command;
    command.verb = verb;
    return command;
  }
  static std::vector<std::string> Reasons(const ControlPlan& plan) {
    std::vector<std::string> reasons;
    for (const SkippedMiner& skipped : plan.skipped) reasons.push_back(skipped.reason);
    return reasons;
  }
  std::vector<CommandOutcome> checks_;
  std::function<std::string(const MinerView&)> veto_;
};

TEST_F(PlanTest, SelectsByListAndByFilter) {
  EXPECT_THAT(Selected({{"127.0.0.10", "127.0.0.1", "127.0.0.1"}, {}, {}, {}, {}, {}}),
              ElementsAre("127.0.0.1", "127.0.0.10"));
  const auto by = [this](auto set) {
    MinerSelection selection;
    set(selection);
    return Selected(selection);
  };
  EXPECT_THAT(by([](auto& s) { s.site = "north"; }), ElementsAre("127.0.0.1", "127.0.0.2"));
  EXPECT_THAT(by([](auto& s) {
                s.site = "north";
                s.rack = "r1";
              }),
              ElementsAre("127.0.0.1"));
  EXPECT_THAT(by([](auto& s) { s.firmware = "Vnish"; }), ElementsAre("127.0.0.2"));
  EXPECT_THAT(by([](auto& s) { s.state = "degraded"; }), ElementsAre("127.0.0.10"));
  EXPECT_EQ(by([](auto& s) { s.model = "antminer s19 pro"; }).size(), 3U);
}

TEST_F(PlanTest, NothingButKnownMinersIsSelected) {
  EXPECT_THAT(Selected({}).front(), HasSubstr("fault: miners, filter"));
  EXPECT_THAT(Selected({{"127.0.0.1"}, "north", {}, {}, {}, {}}).front(), HasSubstr("one of the"));
  EXPECT_THAT(Selected({{"127.0.0.1", "127.0.0.99"}, {}, {}, {}, {}, {}}).front(),
              HasSubstr("no miner \"127.0.0.99\" is known"));
  EXPECT_THAT(Selected({{"127.1"}, {}, {}, {}, {}, {}}).front(), HasSubstr("\"127.1\""));
  EXPECT_THAT(Selected({{}, "west", {}, {}, {}, {}}).front(), HasSubstr("no miner fits"));
  EXPECT_THAT(Selected({{}, {}, {}, {}, {}, "asleep"}).front(), HasSubstr("filter.state"));
}

TEST_F(PlanTest, SaysWhoIsLeftOutAndWhy) {
  views_[0]->state = MinerState::kOffline;
  views_[1]->state = MinerState::kApiDown;
  checks_ = {kDoneOutcome, kDoneOutcome, {CommandVerdict::kUnsupported, false, "no such thing"}};
  EXPECT_THAT(Reasons(Plan(Of(Verb::kRestart))), ElementsAre("offline", "api_down", "unsupported"));
  checks_[2] = {CommandVerdict::kNoLogin, false, "set miners.credentials"};
  const ControlPlan reboot = Plan(Of(Verb::kReboot));
  EXPECT_THAT(Reasons(reboot), ElementsAre("offline", "no_login"));
  EXPECT_EQ(reboot.skipped[1].detail, "set miners.credentials");
  ASSERT_EQ(reboot.miners.size(), 1U) << "a hung one may be rebooted over its web side";
  EXPECT_EQ(reboot.miners[0].miner_id, "127.0.0.2");
  views_[0]->state = MinerState::kHashing;
  veto_ = [](const MinerView& miner) {
    return std::string(miner.facts.id == "127.0.0.1" ? "fans are changed" : "");
  };
  EXPECT_THAT(Reasons(Plan(Of(Verb::kBlink), {"127.0.0.10"})),
              ElementsAre("maintenance", "api_down", "busy"));
}

TEST_F(PlanTest, LeavesOutWhoIsAlreadySo) {
  EXPECT_THAT(Reasons(Plan(Of(Verb::kWake))),
              ElementsAre("already_so", "already_so", "already_so"));
  views_[0]->state = MinerState::kSleeping;
  EXPECT_EQ(Plan(Of(Verb::kWake)).miners.size(), 1U);
  EXPECT_EQ(Plan(Of(Verb::kSleep)).skipped.size(), 1U);
  Command pool = PoolCommand();
  EXPECT_EQ(Plan(pool).skipped.size(), 0U);
  pool.pools[0].url = "stratum+tcp://old.example:3333";
  EXPECT_EQ(Plan(pool).skipped.size(), 3U);
  pool.pools.push_back(pool.pools[0]);
  EXPECT_EQ(Plan(pool).skipped.size(), 0U) << "one pool more is another list";
}

TEST_F(PlanTest, SumsWhatGoesAwayAndCountsWhatIsNotKnown) {
  views_[2]->power.reset();
  const ControlPlan plan = Plan(Of(Verb::kSleep));
  EXPECT_EQ(plan.hashrate_hashes_per_second, 300e12);
  EXPECT_EQ(plan.watts, 6000);
  EXPECT_EQ(plan.watts_unknown, 1);
  EXPECT_FALSE(plan.money.has_value());
  for (const auto& view : views_) view->state = MinerState::kSleeping;
  views_[0]->hashrate_expected_hashes_per_second = 110e12;
  views_[0]->rated_joules_per_terahash = 30;
  const ControlPlan wake = Plan(Of(Verb::kWake));
  EXPECT_EQ(wake.miners[0].watts, 3300) << "as rated";
  EXPECT_EQ(wake.watts_unknown, 2);
}

/// Half of the miners are known to the market.
class SmallMarket final : public MarketReader {
 public:
  std::shared_ptr<const MarketData> Data() const override { return nullptr; }
  std::optional<Profitability> Current(std::optional<Ipv4> miner) const override {
    if (miner->ToString() == "127.0.0.10") return std::nullopt;
    Profitability day;
    day.currency = "EUR";
    day.revenue = 12;
    day.daily_power_cost = 7.2;
    day.profit = 4.8;
    return day;
  }
  HistoryResult<void> Keep(const Profitability&) override { return {}; }
  HistoryResult<std::vector<Profitability>> History(std::optional<Ipv4>,
                                                    SystemTime) const override {
    return std::vector<Profitability>();
  }
  HistoryResult<std::vector<LedgerEntry>> Ledger(std::optional<Ipv4>,
                                                 const std::string&) const override {
    return std::vector<LedgerEntry>();
  }
  bool Verify(const LedgerEntry&) const override { return true; }
};

TEST_F(PlanTest, TellsMoneyOfAnHour) {
  const SmallMarket market;
  const MinerViews miners(box_.Latest()->miners);
  checks_.resize(miners.size(), kDoneOutcome);
  const ControlPlan plan = MakePlan({Of(Verb::kSleep), miners, checks_, {}, veto_, &market});
  ASSERT_TRUE(plan.money.has_value());
  EXPECT_EQ(plan.money->currency, "EUR");
  EXPECT_DOUBLE_EQ(*plan.money->revenue, 1.0);
  EXPECT_DOUBLE_EQ(*plan.money->power_cost, 0.6);
  EXPECT_DOUBLE_EQ(*plan.money->profit, 0.4);
  EXPECT_EQ(plan.money->unknown, 1);
}

TEST_F(PlanTest, APollShowsWhatWasDone) {
  const SystemTime since = clock_.Now() - std::chrono::minutes(1);
  MinerView miner = *box_.Latest()->miners[0];
  EXPECT_FALSE(SeenDone(miner, Of(Verb::kRestart), since)) << "when it began is not known";
  miner.mining_start = since - std::chrono::seconds(1);
  EXPECT_FALSE(SeenDone(miner, Of(Verb::kRestart), since));
  miner.mining_start = since + std::chrono::seconds(1);
  EXPECT_TRUE(SeenDone(miner, Of(Verb::kRestart), since));
  EXPECT_FALSE(SeenDone(miner, Of(Verb::kReboot), since)) << "only its program began anew";
  EXPECT_FALSE(SeenDone(miner, Of(Verb::kBlink), since));
  EXPECT_TRUE(SeenDone(miner, Of(Verb::kWake), since));
  EXPECT_FALSE(SeenDone(miner, Of(Verb::kWake), clock_.Now())) << "not polled since";
}

TEST(WorkerMatches, UserOrWhatStandsBehindTheLastDot) {
  MovingClock clock;
  const auto miner = HashingMiner("127.0.0.1", clock);
  for (const char* name : {"account.rig07", "rig07", "-", "*"}) {
    EXPECT_TRUE(WorkerMatches(*miner, name)) << name;
  }
  for (const char* name : {"", "account", "Rig07", "07", "account.rig0"}) {
    EXPECT_FALSE(WorkerMatches(*miner, name)) << name;
  }
  miner->reading = nullptr;
  EXPECT_FALSE(WorkerMatches(*miner, "rig07"));
  EXPECT_TRUE(WorkerMatches(*miner, "-"));
}

}  // namespace
}  // namespace antx
