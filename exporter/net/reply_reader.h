// Assembles one port-4028 reply from the byte chunks of one connection.
// Knows framing only (end of stream, trailing NUL, size cap); never touches a
// socket, so tests feed it bytes. Facts: exporter/antminer/PROTOCOL.md, "Response framing".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "util/result.h"

namespace antx {

class ReplyReader {
 public:
  explicit ReplyReader(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Adds one chunk. Returns false when reading should stop: the reply is complete (its
  /// last byte so far is NUL) or the cap is passed.
  [[nodiscard]] bool Feed(std::string_view chunk);

  /// The reply without its NUL. `reset`: the peer reset instead of closing; a body that
  /// came before is kept, since miners reset after complete bodies. Errors: kOversize;
  /// kReset (no byte, reset); kAuth (no byte, clean close: the api-allow list refuses us).
  [[nodiscard]] Result<std::string> Finish(bool reset) &&;

 private:
  std::size_t max_bytes_;
  std::string body_;
  bool oversize_ = false;
};

}  // namespace antx
