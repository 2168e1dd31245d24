#include "control/plan.h"

#include <algorithm>
#include <utility>

#include "util/text.h"

namespace antx {
namespace {

ControlFault FaultOf(ControlFault::Kind kind, std::string text) {
  return {kind, std::move(text), 0};
}

ControlFault Bad(std::string text) {
  return FaultOf(ControlFault::Kind::kBadRequest, std::move(text));
}

bool IsState(std::string_view name) {
  for (int i = 0; i < kMinerStateCount; ++i) {
    if (MinerStateName(MinerState(i)) == name) return true;
  }
  return false;
}

bool Fits(const MinerView& miner, const MinerSelection& wanted) {
  const MinerLabels& labels = miner.facts.labels;
  return (!wanted.site || labels.site == *wanted.site) &&
         (!wanted.rack || labels.rack == *wanted.rack) &&
         (!wanted.model || EqualsNoCase(miner.identity.model, *wanted.model)) &&
         (!wanted.firmware || EqualsNoCase(miner.identity.firmware, *wanted.firmware)) &&
         (!wanted.state || MinerStateName(miner.state) == *wanted.state);
}

ControlResult<MinerViews> Listed(const Snapshot& snapshot, const std::vector<std::string>& names) {
  MinerViews views;
  for (const std::string& name : names) {
    auto view = snapshot.Find(name);
    if (!view) {
      return ControlFault{ControlFault::Kind::kUnknown,
                          "miners: no miner \"" + std::string(CutUtf8(name, 64)) + "\" is known",
                          0};
    }
    views.push_back(std::move(view));
  }
  const auto by_address = [](const auto& a, const auto& b) {
    return a->facts.address < b->facts.address;
  };
  std::sort(views.begin(), views.end(), by_address);
  views.erase(std::unique(views.begin(), views.end(),
                          [](const auto& a, const auto& b) { return a->facts.id == b->facts.id; }),
              views.end());
  return views;
}

/// Its pools in the order of their priority, without those of the firmware's maker.
std::vector<std::pair<std::string, std::string>> PoolsOf(const Reading& reading) {
  std::vector<PoolReading> pools;
  for (const PoolReading& pool : reading.pools) {
    if (!pool.dev_fee) pools.push_back(pool);
  }
  std::stable_sort(pools.begin(), pools.end(), [](const PoolReading& a, const PoolReading& b) {
    return a.priority.value_or(a.pool) < b.priority.value_or(b.pool);
  });
  std::vector<std::pair<std::string, std::string>> names;
  for (const PoolReading& pool : pools) {
    if (!pool.url.empty()) names.emplace_back(pool.url, pool.user);
  }
  return names;
}

bool HasPools(const MinerView& miner, const Command& command) {
  if (!miner.reading) return false;
  const auto pools = PoolsOf(*miner.reading);
  return std::equal(pools.begin(), pools.end(), command.pools.begin(), command.pools.end(),
                    [](const auto& has, const PoolEntry& wanted) {
                      return has.first == wanted.url && has.second == wanted.user;
                    });
}

template <class T>
void Sum(const std::optional<T>& value, std::optional<double>& sum, int& unknown) {
  if (value) {
    sum = sum.value_or(0) + *value;
  } else {
    ++unknown;
  }
}

PlanMoney MoneyOf(const std::vector<PlannedMiner>& miners, const MarketReader& market) {
  constexpr double kHours = 24;
  PlanMoney money;
  for (const PlannedMiner& miner : miners) {
    const auto day = market.Current(miner.address);
    if (!day || !day->profit) {
      ++money.unknown;
      continue;
    }
    money.currency = day->currency;
    money.revenue = money.revenue.value_or(0) + day->revenue.value_or(0) / kHours;
    money.power_cost = money.power_cost.value_or(0) + day->daily_power_cost.value_or(0) / kHours;
    money.profit = money.profit.value_or(0) + *day->profit / kHours;
  }
  return money;
}

ReasonAgainst ReasonOf(const MinerView& miner, const CommandOutcome& check,
                       const PlanParts& parts) {
  if (parts.busy.count(miner.facts.id) != 0) {
    return {"busy", "another command to it is under way or waits for its turn"};
  }
  if (parts.veto) {
    if (std::string why = parts.veto(miner); !why.empty()) return {"maintenance", std::move(why)};
  }
  if (auto far = Unreachable(miner, parts.command.verb); !far.reason.empty()) return far;
  if (check.verdict != CommandVerdict::kDone) {
    return {std::string(CommandVerdictName(check.verdict)), check.detail};
  }
  if (AlreadySo(miner, parts.command)) return {"already_so", "nothing would change"};
  return {};
}

}  // namespace

ControlResult<MinerViews> SelectMiners(const Snapshot& snapshot, const MinerSelection& selection) {
  if (selection.miners.empty() == !selection.HasFilter()) {
    return Bad(
        "miners, filter: give a list of miners, or a filter of site, rack, model, firmware or "
        "state; one of the two");
  }
  if (!selection.miners.empty()) return Listed(snapshot, selection.miners);
  if (selection.state && !IsState(*selection.state)) {
    return Bad("filter.state: there is no state \"" + std::string(CutUtf8(*selection.state, 32)) +
               "\"");
  }
  MinerViews views;
  for (const auto& miner : snapshot.miners) {
    if (Fits(*miner, selection)) views.push_back(miner);
  }
  if (views.empty()) {
    return ControlFault{ControlFault::Kind::kUnknown, "filter: no miner fits it", 0};
  }
  return views;
}

ReasonAgainst Unreachable(const MinerView& miner, Verb verb) {
  const std::string detail = "state " + std::string(MinerStateName(miner.state)) +
                             (miner.last_error_detail.empty() ? "" : ": ") +
                             miner.last_error_detail;
  if (miner.state == MinerState::kOffline || miner.state == MinerState::kLost) {
    return {"offline", detail};
  }
  // What hangs may still be rebooted over its web side.
  const bool down = miner.state == MinerState::kApiDown && verb != Verb::kReboot;
  return down ? ReasonAgainst{"api_down", detail} : ReasonAgainst{};
}

bool IsHashing(const MinerView& miner) {
  return miner.state == MinerState::kHashing || miner.state == MinerState::kDegraded;
}

bool AlreadySo(const MinerView& miner, const Command& command) {
  switch (command.verb) {
    case Verb::kSleep:
      return miner.state == MinerState::kSleeping;
    case Verb::kWake:
      return IsHashing(miner) || miner.state == MinerState::kStarting;
    case Verb::kWorkMode:
      return miner.reading && !miner.reading->work_mode.empty() &&
             EqualsNoCase(miner.reading->work_mode, command.mode);
    case Verb::kPool:
      return HasPools(miner, command);
    default:
      return false;
  }
}

BackState AfterInterruption(Verb verb) {
  return verb == Verb::kBlink ? BackState::kNever : BackState::kWaiting;
}

bool SeenDone(const MinerView& miner, const Command& command, SystemTime since) {
  if (!miner.last_success || *miner.last_success <= since || !miner.reading) return false;
  switch (command.verb) {
    case Verb::kRestart:
      return miner.mining_start && *miner.mining_start > since;
    case Verb::kReboot:
      return miner.reading->boot_time && *miner.reading->boot_time > since;
    case Verb::kWake:
      return IsHashing(miner);
    case Verb::kBlink:
      return false;
    default:
      return AlreadySo(miner, command);
  }
}

PlannedMiner PlannedOf(const MinerView& miner, Verb verb) {
  PlannedMiner planned;
  planned.miner_id = miner.facts.id;
  planned.address = miner.facts.address;
  planned.model = miner.identity.model;
  planned.site = miner.facts.labels.site;
  planned.rack = miner.facts.labels.rack;
  if (verb == Verb::kWake) {
    planned.hashrate_hashes_per_second = miner.hashrate_expected_hashes_per_second;
    if (planned.hashrate_hashes_per_second && miner.rated_joules_per_terahash) {
      planned.watts = *planned.hashrate_hashes_per_second / 1e12 * *miner.rated_joules_per_terahash;
    }
    return planned;
  }
  if (miner.reading) {
    planned.hashrate_hashes_per_second = miner.reading->hashrate_hashes_per_second;
  }
  if (miner.power) planned.watts = miner.power->watts;
  return planned;
}

ControlPlan MakePlan(const PlanParts& parts) {
  ControlPlan plan;
  plan.command = parts.command;
  for (std::size_t i = 0; i < parts.miners.size(); ++i) {
    const MinerView& miner = *parts.miners[i];
    ReasonAgainst against = ReasonOf(miner, parts.checks.at(i), parts);
    if (!against.reason.empty()) {
      plan.skipped.push_back({miner.facts.id, miner.facts.address, std::move(against.reason),
                              std::move(against.detail)});
      continue;
    }
    plan.miners.push_back(PlannedOf(miner, parts.command.verb));
  }
  for (const PlannedMiner& miner : plan.miners) {
    Sum(miner.hashrate_hashes_per_second, plan.hashrate_hashes_per_second, plan.hashrate_unknown);
    Sum(miner.watts, plan.watts, plan.watts_unknown);
  }
  if (parts.market != nullptr) plan.money = MoneyOf(plan.miners, *parts.market);
  return plan;
}

RunReport RunOf(const ControlPlan& plan, const RunLimits& limits) {
  RunReport run;
  run.plan = plan.id;
  run.command = plan.command;
  run.limits = limits;
  for (const PlannedMiner& miner : plan.miners) {
    StepReport step;
    step.miner_id = miner.miner_id;
    step.address = miner.address;
    step.site = miner.site;
    step.rack = miner.rack;
    step.hashrate_hashes_per_second = miner.hashrate_hashes_per_second;
    step.watts = miner.watts;
    run.steps.push_back(std::move(step));
  }
  // Whoever reads the report shall see who was left out.
  for (const SkippedMiner& miner : plan.skipped) {
    StepReport step;
    step.miner_id = miner.miner_id;
    step.address = miner.address;
    step.state = StepState::kSkipped;
    step.detail = miner.reason + ": " + miner.detail;
    run.steps.push_back(std::move(step));
  }
  return run;
}

ControlFault FaultOfSkipped(const SkippedMiner& skipped) {
  const std::string text = skipped.reason + ": " + skipped.detail;
  if (skipped.reason == "unsupported") return FaultOf(ControlFault::Kind::kUnsupported, text);
  if (skipped.reason == "offline" || skipped.reason == "api_down") {
    return FaultOf(ControlFault::Kind::kNoAnswer, text + "; nothing was sent");
  }
  if (skipped.reason == "busy" || skipped.reason == "maintenance") {
    return FaultOf(ControlFault::Kind::kConflict, text);
  }
  return FaultOf(ControlFault::Kind::kRefused, text);
}

}  // namespace antx
