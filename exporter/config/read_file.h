// Reading a small file whole, with a limit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace antx {

/// What a file holds, or why it cannot be read.
struct FileText {
  std::optional<std::string> text;
  std::string fault;            ///< Without the path; set when there is no text.
  bool absent = false;          ///< There is no such file.
  bool world_readable = false;  ///< Everybody on the machine may read it.
};

/// Never reads more than `most_bytes` + 1; folders, pipes and sockets are refused.
[[nodiscard]] FileText ReadTextFile(const std::string& path, std::size_t most_bytes);

}  // namespace antx
