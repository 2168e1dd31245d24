// summary, pools and version.
#include <algorithm>
#include <string>

#include "farm/dialect.h"

namespace antx::farm {
namespace {

std::string Counters(const Moment& moment, double total_megahashes) {
  return ",\"Found Blocks\":0,\"Getworks\":" + Format("%.0f", moment.elapsed / 30) +
         ",\"Accepted\":" + Format("%.0f", moment.accepted) +
         ",\"Rejected\":" + Format("%.0f", moment.rejected) +
         ",\"Hardware Errors\":" + Format("%.0f", moment.hardware_errors) +
         ",\"Utility\":5.00,\"Discarded\":100,\"Stale\":" + Format("%.0f", moment.stale) +
         ",\"Get Failures\":0,\"Remote Failures\":0,\"Total MH\":" +
         Format("%.4f", total_megahashes) +
         ",\"Difficulty Accepted\":" + Format("%.8f", moment.difficulty_accepted) +
         ",\"Difficulty Rejected\":" + Format("%.8f", moment.difficulty_rejected) +
         ",\"Difficulty Stale\":0.00000000,\"Best Share\":12904207043";
}

/// As part of a JSON text.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Pool(const VirtualMiner& miner, const Moment& moment, int index, bool fee) {
  const bool active = index == moment.active_pool && !fee;
  const bool dead = !fee && miner.faults().dead_pools[static_cast<std::size_t>(index)];
  const bool braiins = miner.profile().dialect == Dialect::kBraiins;
  const double share = index == 0 || fee ? 1 : 0;
  PoolSetting set{"DevFee", "DevFee", ""};
  if (!fee) set = miner.pools()[static_cast<std::size_t>(index)];
  std::string pool =
      "{\"POOL\":" + std::to_string(index) + ",\"URL\":\"" + Escaped(set.url) + "\",\"Status\":\"" +
      (dead ? "Dead" : "Alive") + "\",\"Priority\":" +
      std::to_string(fee ? 9999 : miner.PriorityOf(static_cast<std::size_t>(index))) +
      ",\"Quota\":1,\"Long Poll\":\"N\",\"Getworks\":10,\"Accepted\":" +
      Format("%.0f", moment.accepted * share) +
      ",\"Rejected\":" + Format("%.0f", moment.rejected * share) +
      ",\"Discarded\":0,\"Stale\":" + Format("%.0f", moment.stale * share) +
      ",\"Get Failures\":0,\"Remote Failures\":0,\"User\":\"" + Escaped(set.user) + "\"";
  if (braiins) {
    pool += ",\"Last Share Time\":" + std::to_string(active ? moment.unix_seconds - 6 : 0);
  } else {
    pool += std::string(",\"Last Share Time\":\"") + (active ? "0:00:06" : "0") + "\",\"Diff\":\"" +
            (active ? "65.5K" : "") + "\"";
  }
  if (fee) pool += ",\"Type\":1";
  return pool + ",\"Difficulty Accepted\":" + Format("%.8f", moment.difficulty_accepted * share) +
         ",\"Difficulty Rejected\":" + Format("%.8f", moment.difficulty_rejected * share) +
         ",\"Difficulty Stale\":0.0,\"Has Stratum\":true,\"Stratum Active\":" +
         (active && !dead ? "true" : "false") + ",\"Best Share\":0,\"Pool Stale%%\":0.0}";
}

}  // namespace

std::string SummaryReply(const VirtualMiner& miner, const Moment& moment) {
  const Dialect dialect = miner.profile().dialect;
  std::string fields = "\"Elapsed\":" + Format("%.0f", moment.elapsed);
  if (dialect == Dialect::kBraiins) {
    fields += ",\"MHS 5s\":" + Format("%.6f", moment.rate * 1e3) +
              ",\"MHS av\":" + Format("%.6f", moment.average * 1e3) + ",\"MHS 24h\":0.0";
  } else if (dialect == Dialect::kX19 || dialect == Dialect::kLuxos) {
    fields += ",\"GHS 5s\":" + Format("%.2f", moment.rate) +
              ",\"GHS av\":" + Format("%.2f", moment.average) +
              ",\"GHS 30m\":" + Format("%.2f", moment.average);
  } else {
    fields += ",\"GHS 5s\":\"" + Format("%.2f", moment.rate) +
              "\",\"GHS av\":" + Format("%.2f", moment.average);
  }
  // LuxOS prints a rate where the others print a total.
  const double total =
      dialect == Dialect::kLuxos ? moment.average * 1e3 : moment.total_hashes / 1e6;
  return "{" + Status(miner, moment, 11, "Summary") + ",\"SUMMARY\":[{" + fields +
         Counters(moment, total) + "}],\"id\":1}";
}

std::string PoolsReply(const VirtualMiner& miner, const Moment& moment) {
  std::string pools;
  const int count = static_cast<int>(std::min<std::size_t>(miner.pools().size(), 8));
  for (int i = 0; i < count; ++i) pools += (i == 0 ? "" : ",") + Pool(miner, moment, i, false);
  if (miner.profile().dialect == Dialect::kVnish) pools += ',' + Pool(miner, moment, 3, true);
  return "{" + Status(miner, moment, 7, "3 Pool(s)") + ",\"POOLS\":[" + pools + "],\"id\":1}";
}

std::string VersionReply(const VirtualMiner& miner, const Moment& moment) {
  const Profile& profile = miner.profile();
  std::string fields;
  if (profile.dialect == Dialect::kBraiins) {
    fields = "\"API\":\"3.7\",\"BOSer\":\"boser-buildroot 1.0.0-0123abcd\"";
  } else if (profile.dialect == Dialect::kLuxos) {
    fields =
        "\"API\":\"3.7\",\"LUXminer\":\"2025.4.8.220305-01234567\",\"Miner\":\"2025.4.8.220305\""
        ",\"CompileTime\":\"Tue Apr  8 22:05:35 UTC 2025\",\"Type\":\"" +
        std::string(profile.type) + "\"";
  } else {
    fields = std::string("\"BMMiner\":\"") + (IsRwglr(profile) ? "2.0.0 rwglr" : "1.0.0") +
             "\",\"API\":\"3.1\",\"Miner\":\"49.0.1.3\",\"CompileTime\":\"Tue Dec  6 16:12:30 CST "
             "2022\",\"Type\":\"" +
             std::string(profile.type) + "\"";
  }
  return "{" + Status(miner, moment, 22, "CGMiner versions") + ",\"VERSION\":[{" + fields +
         "}],\"id\":1}";
}

}  // namespace antx::farm
