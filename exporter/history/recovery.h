// Opens the database, and deals with a damaged one: the file is moved aside, never
// overwritten, and what can still be read of it goes into a new one.
#pragma once

#include <string>

#include "history/db.h"

namespace antx {

struct OpenedDb {
  Db db;
  std::string quarantined;  ///< Where the damaged file lies now; "" when it was sound.
  std::size_t salvaged_rows = 0;
};

/// Checks the file: whole when it is small, else the tables that a start reads. Damage must
/// show twice, over two connections, before the file is moved; a file that is locked,
/// forbidden or on a full disk is never moved.
/// @param stamp becomes part of the name of a damaged file that is moved.
/// @param thorough check a large file whole too: it was seen to be damaged.
[[nodiscard]] DbResult<OpenedDb> OpenOrSalvage(const std::string& path, const std::string& stamp,
                                               bool thorough);

/// Copies every row that can be read, table by table, from the front and then from the back.
/// @return rows copied.
[[nodiscard]] DbResult<std::size_t> SalvageRows(const std::string& damaged, Db& into);

}  // namespace antx
