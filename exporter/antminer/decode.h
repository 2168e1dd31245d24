// From the bytes a miner sent to one normalised reading. Pure: no socket, no
// clock, no global state; everything comes in through the parameters.
// Facts: antminer/PROTOCOL.md.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/poll.h"
#include "model/reading.h"
#include "util/result.h"

namespace antx {

/// The answer to one command, as the network gave it.
struct RawReply {
  std::string command;       ///< "summary", or "summary+stats+pools" when joined.
  Result<std::string> body;  ///< Bytes without the trailing NUL, or why there are none.
};

/// What to ask a miner. Depends on what it is known to be.
struct CommandPlan {
  std::vector<std::string> every_poll;  ///< In order; never empty.
  std::vector<std::string> seldom;      ///< Identity: at first contact, then about hourly.
  bool may_join = false;                ///< The family is known to accept "a+b+c".
};

/// The plan for a miner; an empty identity gives the plan for first contact.
[[nodiscard]] CommandPlan PlanFor(const Identity& known);

/// {"command":"summary"} - the exact bytes to send for a command or a joined list.
[[nodiscard]] std::string RequestFor(std::string_view command);

struct DecodeContext {
  SystemTime received;  ///< Our clock at the end of the poll.
  Identity known;       ///< From earlier polls; empty at first contact.
  int max_depth = 32;   ///< JSON nesting.
};

/// One step of the decoding, for `probe`: which field became which value.
struct DecodeNote {
  std::string command;
  std::string field;   ///< "GHS 5s"
  std::string raw;     ///< "110566.89"
  std::string target;  ///< "hashrate_hashes_per_second"
};

struct CommandResult {
  std::string command;
  Collector collector = Collector::kSummary;
  std::optional<PollError> error;  ///< Nothing: it succeeded.
};

struct Decoded {
  Identity identity;               ///< Known and new facts merged.
  bool is_miner = false;           ///< The replies are those of a mining device we support.
  std::optional<Reading> reading;  ///< Absent when neither summary nor stats gave a hashrate.
  std::vector<CommandResult> commands;
  RepairCounts repairs{};
  bool join_refused = false;  ///< A joined request was refused: ask singly from now on.
};

/// Decodes all replies of one poll. Never throws; a hostile body becomes a kParse error
/// of its command and everything else is still read. `notes` (may be null) gets the steps.
[[nodiscard]] Decoded Decode(const std::vector<RawReply>& replies, const DecodeContext& context,
                             std::vector<DecodeNote>* notes = nullptr);

/// One row of the model table (antminer/models.csv).
struct ModelRow {
  std::string_view name;           ///< "Antminer S19 Pro"
  std::string_view key;            ///< Normalised: "s19 pro"
  std::string_view algorithm;      ///< "sha256"
  std::optional<double> api_unit;  ///< H/s that one unit of the GHS keys means on this model.
  std::optional<double> hashrate_hashes_per_second;
  std::optional<double> joules_per_terahash;  ///< SHA-256 only.
  std::optional<int> boards;
  std::optional<int> chips_per_board;
  std::optional<int> fans;
};

/// The row for a model name in any spelling; null when the table has none. Whole-name match.
[[nodiscard]] const ModelRow* FindModel(std::string_view model);

}  // namespace antx
