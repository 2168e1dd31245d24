#include "antminer/decode.h"

#include <algorithm>
#include <exception>

#include "antminer/families/family.h"
#include "antminer/identify.h"
#include "antminer/models.h"
#include "antminer/record.h"
#include "antminer/replies.h"
#include "model/model_name.h"

namespace antx {
namespace {

/// What the model table knows and the reply did not say.
void FillFromModel(const ModelRow& row, Reading& reading) {
  if (!reading.hashrate_expected_hashes_per_second) {
    reading.hashrate_expected_hashes_per_second = row.hashrate_hashes_per_second;
  }
  reading.boards_expected = row.boards;
  reading.fans_expected = row.fans;
  reading.rated_joules_per_terahash = row.joules_per_terahash;
}

/// Boards of one machine are alike: the fullest one tells what the others should have.
/// Variants of one model name differ, so this counts more than the table.
void FillExpectedChips(const ModelRow* row, Reading& reading) {
  int most = 0;
  for (const BoardReading& board : reading.boards) most = std::max(most, board.chips.value_or(0));
  if (most == 0 && row != nullptr) most = row->chips_per_board.value_or(0);
  if (most == 0) return;
  for (BoardReading& board : reading.boards) board.chips_expected = most;
}

Reading Read(const Replies& replies, const Identity& identity, SystemTime received) {
  const ModelRow* row = FindModel(identity.model);
  ReadContext context{replies, row, 1e9, received};
  if (row != nullptr && row->api_unit) context.unit = *row->api_unit;
  Reading reading;
  reading.identity = identity;
  FamilyNamed(identity.firmware).read(context, reading);
  if (row != nullptr) FillFromModel(*row, reading);
  FillExpectedChips(row, reading);
  return reading;
}

std::vector<CommandResult> Results(const Replies& replies) {
  std::vector<CommandResult> results;
  results.reserve(replies.all().size());
  for (const Reply& reply : replies.all()) {
    results.push_back({reply.command, CollectorOf(reply.command), reply.error});
  }
  return results;
}

Decoded DecodeOrThrow(const std::vector<RawReply>& raw, const DecodeContext& context,
                      std::vector<DecodeNote>* notes) {
  DecodeLog log;
  log.notes = notes;
  const Replies replies(raw, context.max_depth, log);
  Decoded decoded;
  auto identification = Identify(replies, context.known);
  decoded.is_miner = identification.is_miner;
  decoded.commands = Results(replies);
  decoded.join_refused = replies.join_refused();
  if (decoded.is_miner) {
    Reading reading = Read(replies, identification.identity, context.received);
    if (reading.hashrate_hashes_per_second || reading.hashrate_average_hashes_per_second) {
      decoded.reading = std::move(reading);
    }
  }
  decoded.identity = std::move(identification.identity);
  decoded.repairs = log.repairs;
  return decoded;
}

}  // namespace

Decoded Decode(const std::vector<RawReply>& replies, const DecodeContext& context,
               std::vector<DecodeNote>* notes) {
  try {
    return DecodeOrThrow(replies, context, notes);
  } catch (const std::exception& error) {
    // Out of memory, say: the replies of this poll are lost, nothing else is.
    Decoded failed;
    failed.identity = context.known;
    for (const RawReply& reply : replies) {
      failed.commands.push_back(
          {reply.command, CollectorOf(reply.command), PollError{Reason::kParse, error.what()}});
    }
    return failed;
  }
}

}  // namespace antx
