#include "net/reply_reader.h"

#include <utility>

namespace antx {

bool ReplyReader::Feed(std::string_view chunk) {
  if (body_.size() + chunk.size() > max_bytes_) {
    oversize_ = true;
    return false;
  }
  body_.append(chunk);
  return body_.empty() || body_.back() != '\0';
}

Result<std::string> ReplyReader::Finish(bool reset) && {
  if (oversize_) {
    return PollError{Reason::kOversize,
                     "reply longer than " + std::to_string(max_bytes_) + " bytes"};
  }
  if (body_.empty()) {
    if (reset) return PollError{Reason::kReset, "connection reset before any byte"};
    return PollError{Reason::kAuth, "connection closed without a byte: not in the api-allow list"};
  }
  while (!body_.empty() && body_.back() == '\0') body_.pop_back();
  return std::move(body_);
}

}  // namespace antx
