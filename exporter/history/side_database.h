// The databases of one exporter lie side by side, each with its own writer: their names, how those
// beside the history are opened, copies of all.
#pragma once

#include <array>
#include <cstdint>
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

/// Opens a database beside the history, made when absent. `schema` makes what is not there and sets
/// `user_version` to `version`. A damaged file, or one of a newer program, is an error that says
/// so, and stays as it is.
[[nodiscard]] DbResult<Db> OpenSideDatabase(const std::string& path, const std::string& schema,
                                            std::int64_t version);

/// Copies the database and those beside it to `target` and the names beside that, also while they
/// are in use. @return the names of the copies, that of the history first. An error when a target
/// exists or a copy fails; it names the file, and what was copied before stays.
[[nodiscard]] DbResult<std::vector<std::string>> BackupDatabases(const std::string& path,
                                                                 const std::string& target);

}  // namespace antx
