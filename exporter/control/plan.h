// A dry run: which miners a command would go to, which are left out and why, what goes away with
// them. Pure, but for the market that is asked for money.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/control.h"
#include "model/market.h"
#include "model/snapshot.h"

namespace antx {

using MinerViews = std::vector<std::shared_ptr<const MinerView>>;

/// The selected miners of the inventory, by address. A fault: nothing is selected, a name is not
/// known (kUnknown), or the filter is wrong.
[[nodiscard]] ControlResult<MinerViews> SelectMiners(const Snapshot& snapshot,
                                                     const MinerSelection& selection);

struct ReasonAgainst {
  std::string reason;  ///< As of SkippedMiner; "": nothing speaks against it.
  std::string detail;
};
/// Whether the miner can be reached at all: "offline" or "api_down".
[[nodiscard]] ReasonAgainst Unreachable(const MinerView& miner, Verb verb);
/// Whether the miner is in the wanted state already, as far as that can be seen.
[[nodiscard]] bool AlreadySo(const MinerView& miner, const Command& command);
/// kWaiting: polls are watched for what an interrupted command wanted. kNever: none can tell, as of
/// a light.
[[nodiscard]] BackState AfterInterruption(Verb verb);
/// Whether a poll since `since` shows what the command wanted; false also where no poll can.
[[nodiscard]] bool SeenDone(const MinerView& miner, const Command& command, SystemTime since);
/// It hashed when it was looked at last.
[[nodiscard]] bool IsHashing(const MinerView& miner);

/// What a command changes of a miner; a miner to wake counts as rated.
[[nodiscard]] PlannedMiner PlannedOf(const MinerView& miner, Verb verb);

struct PlanParts {
  const Command& command;
  const MinerViews& miners;
  const std::vector<CommandOutcome>& checks;  ///< Of each of them, kDone: it can be sent.
  const std::set<std::string>& busy;          ///< Ids of miners that another run has.
  /// Why nobody may touch a miner now; "": nothing.
  const std::function<std::string(const MinerView&)>& veto;
  const MarketReader* market = nullptr;  ///< Null: no money.
};
/// Without id and times.
[[nodiscard]] ControlPlan MakePlan(const PlanParts& parts);

/// A run of the plan that has not begun: its miners planned, who was left out skipped, so that
/// the report shows them.
[[nodiscard]] RunReport RunOf(const ControlPlan& plan, const RunLimits& limits);
/// Why a command to the one miner that was left out does not go.
[[nodiscard]] ControlFault FaultOfSkipped(const SkippedMiner& skipped);

}  // namespace antx
