// The bytes that a machine answers with: one function per dialect and command, in the
// shapes of exporter/antminer/PROTOCOL.md.
#pragma once

#include <string>
#include <string_view>

#include "farm/virtual_miner.h"

namespace antx::farm {

/// The reply to one request as it came over the wire, without the trailing NUL.
[[nodiscard]] std::string Answer(const VirtualMiner& miner, const Moment& moment,
                                 std::string_view request);

/// What is asked: "summary", "summary+pools", "addpool"; "" when a JSON request names none.
/// Requests that do not begin with `{` are text: "switchpool|1".
[[nodiscard]] std::string_view CommandOf(std::string_view request);

/// The reply to a single command ("summary"); error replies for what the dialect denies.
[[nodiscard]] std::string AnswerCommand(const VirtualMiner& miner, const Moment& moment,
                                        std::string_view command);

// Sections, one file each.
[[nodiscard]] std::string SummaryReply(const VirtualMiner& miner, const Moment& moment);
[[nodiscard]] std::string PoolsReply(const VirtualMiner& miner, const Moment& moment);
[[nodiscard]] std::string StatsReply(const VirtualMiner& miner, const Moment& moment);
[[nodiscard]] std::string VersionReply(const VirtualMiner& miner, const Moment& moment);
/// devs, devdetails, temps, fans, tunerstatus, power, config, groups; "" for an unknown command.
[[nodiscard]] std::string ExtraReply(const VirtualMiner& miner, const Moment& moment,
                                     std::string_view command);

/// A JSON reply of ours in the text form of cgminer: STATUS=S,...|SUMMARY,Elapsed=1,...|
[[nodiscard]] std::string ToText(std::string_view json);

/// Text by printf rules, for numbers in replies.
[[nodiscard]] std::string Format(const char* format, double value);
/// "STATUS":[{"STATUS":"S",...}]
[[nodiscard]] std::string Status(const VirtualMiner& miner, const Moment& moment, int code,
                                 std::string_view message, char severity = 'S');

}  // namespace antx::farm
