#include "antminer/decode.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "antminer/families/family.h"
#include "antminer/identify.h"
#include "antminer/models.h"
#include "antminer/record.h"
#include "antminer/replies.h"
#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

/// The unit that the new API and the web pages print beside their rates.
std::optional<double> ToldUnit(const Replies& replies) {
  for (const char* command : {"summary", "stats"}) {
    const auto record = replies.First(command, SectionOf(command));
    if (!record || !record->Has("rate_5s")) continue;
    const std::string unit = ToLower(record->Text("rate_unit"));
    static constexpr std::pair<std::string_view, double> kUnits[] = {
        {"h/s", 1}, {"kh/s", 1e3}, {"mh/s", 1e6}, {"gh/s", 1e9}, {"th/s", 1e12}};
    for (const auto& [name, factor] : kUnits) {
      if (unit == name) return factor;
    }
  }
  return std::nullopt;
}

Reading Read(const Replies& replies, const Identity& identity, SystemTime received) {
  const ModelRow* row = FindModel(identity.model);
  ReadContext context{replies, row, 1e9, received};
  if (row != nullptr && row->api_unit) context.unit = *row->api_unit;
  if (const auto told = ToldUnit(replies)) context.unit = *told;
  Reading reading;
  reading.identity = identity;
  FamilyNamed(identity.firmware).read(context, reading);
  DropAbsurdRates(reading, replies.log());
  FillFromModelTable(reading);
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
