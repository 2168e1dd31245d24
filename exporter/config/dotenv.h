// Reads the form of a .env file: KEY=VALUE lines. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace antx {

/// A value of an environment variable and where it was set.
struct Variable {
  std::string text;
  std::string place;  ///< "NAME", or ".env:3: NAME" when a file set it.
};

/// Comments, blank lines, `export `, quotes, CRLF and a comment behind a blank are understood;
/// of two lines with one name the later counts. A malformed line becomes a fault
/// "name:line: ...".
[[nodiscard]] std::map<std::string, Variable> ParseDotenv(std::string_view text,
                                                          const std::string& name,
                                                          std::vector<std::string>& faults);

}  // namespace antx
