// Reads the form of a .env file: KEY=VALUE lines. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace antx {

/// Comments, blank lines, `export `, quotes, CRLF and a comment behind a blank are understood.
/// A malformed line becomes a fault "name:line: ...".
[[nodiscard]] std::map<std::string, std::string> ParseDotenv(std::string_view text,
                                                             const std::string& name,
                                                             std::vector<std::string>& faults);

}  // namespace antx
