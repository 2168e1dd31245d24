// The text form of the API ("STATUS=S,When=1|SUMMARY,Elapsed=5|") as the JSON it
// stands for. Some web pages of third-party firmware print it.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

namespace antx {

/// Nothing when the text does not begin like a text reply.
[[nodiscard]] std::optional<boost::json::object> ParseTextReply(std::string_view text);

}  // namespace antx
