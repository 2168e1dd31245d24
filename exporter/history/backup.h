// Copies of the databases of one exporter, which lie side by side, each with its own writer.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "history/db.h"

namespace antx {

/// The files beside the history: the ledger, the records that wait for a receiver, the commands.
inline constexpr std::array<std::string_view, 4> kSideDatabases = {"market", "push", "control",
                                                                   "maintenance"};

/// "metrics.db", "push" gives "metrics.push.db".
[[nodiscard]] std::string SideDatabase(const std::string& path, std::string_view name);

/// Copies the database and those beside it to `target` and the names beside that, also while they
/// are in use. @return the names of the copies, that of the history first. An error when a target
/// exists or a copy fails; it names the file, and what was copied before stays.
[[nodiscard]] DbResult<std::vector<std::string>> BackupDatabases(const std::string& path,
                                                                 const std::string& target);

}  // namespace antx
