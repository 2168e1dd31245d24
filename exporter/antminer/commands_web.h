// What is written to, and read from, the web sides that speak JSON: Vnish, Braiins OS, ePIC,
// Marathon. Pure. Facts: antminer/PROTOCOL.md, "Commands".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antminer/commands.h"

namespace antx {

/// The value at "a.b.c" of a JSON page as text ("true", "3000", "Auto"); nothing when it is not
/// there or no plain value.
[[nodiscard]] std::optional<std::string> PageText(std::string_view page, std::string_view path);
/// Whether the page is no JSON object.
[[nodiscard]] bool PageIsNone(std::string_view page);

/// What a refusing answer says in its own words: "err", "error", "message", "msg" or the errors
/// of GraphQL; "" when it says nothing of that kind. A plain "success" or "result" that is false
/// without words gives "false".
[[nodiscard]] std::string RefusalIn(std::string_view page);

// Vnish.
[[nodiscard]] std::string VnishUnlock(const std::string& password);
/// "Authorization: Bearer ..." from the answer to it; nothing when it was refused. A secret.
[[nodiscard]] std::optional<std::string> VnishTokenHeader(std::string_view page);
[[nodiscard]] std::string VnishPools(const std::vector<PoolEntry>& pools);
/// miner.overclock of the settings with another preset; a fault when the page holds none.
[[nodiscard]] CommandBody VnishPreset(std::string_view settings, const std::string& preset);

// Braiins OS.
/// One group of pools; its name is kept when the page tells one.
[[nodiscard]] std::string BraiinsPools(std::string_view shown, const std::vector<PoolEntry>& pools);
/// {"query":...} with variables.
[[nodiscard]] std::string GraphqlCall(std::string_view query);
[[nodiscard]] std::string GraphqlAddPool(const std::string& group, const PoolEntry& pool);
[[nodiscard]] std::string GraphqlRemovePool(const std::string& group, const std::string& pool);
[[nodiscard]] std::string GraphqlBlink(bool on);
/// The groups in the settings by GraphQL, with the ids of their pools.
struct GraphqlGroup {
  std::string id;
  std::vector<std::string> pools;
};
[[nodiscard]] std::vector<GraphqlGroup> GraphqlGroups(std::string_view page);
/// The first message of an error anywhere in an answer by GraphQL; "" when all is well.
[[nodiscard]] std::string GraphqlRefusal(std::string_view page);

// ePIC: {"param":...,"password":...}
[[nodiscard]] std::string EpicCall(std::string_view param_json, const std::string& password);
/// The parameter of `coin`; coin and unique id stay as /summary shows them.
[[nodiscard]] std::string EpicPools(std::string_view summary, const std::vector<PoolEntry>& pools);

/// Whether /summary holds exactly these pools in its settings, in this order.
[[nodiscard]] bool EpicShowsPools(std::string_view summary, const std::vector<PoolEntry>& wanted);
/// Their hosts, for people; no users.
[[nodiscard]] std::string EpicPoolHosts(std::string_view summary);

// Marathon: its settings with other pools or another mode; a fault when the page holds none.
[[nodiscard]] CommandBody MarathonPools(std::string_view settings,
                                        const std::vector<PoolEntry>& pools);
[[nodiscard]] CommandBody MarathonMode(std::string_view settings, const std::string& mode);

}  // namespace antx
