// Replies of stock firmware, as little of them as a test needs.
#pragma once

#include <string>

#include "antminer/decode.h"

namespace antx {

inline constexpr const char* kStatus =
    R"("STATUS":[{"STATUS":"S","When":1700000000,"Code":70,"Msg":"m"}])";

inline RawReply Stats(const std::string& type, const std::string& machine,
                      const std::string& id = "BTM_SOC0") {
  return {"stats", "{" + std::string(kStatus) + ",\"STATS\":[{\"BMMiner\":\"1.0.0\",\"Type\":\"" +
                       type + "\"},{\"ID\":\"" + id +
                       "\",\"Elapsed\":5000,\"GHS 5s\":100.0,\"GHS av\":99.0," + machine +
                       "}],\"id\":1}"};
}
inline RawReply Summary(const std::string& fields) {
  return {"summary", "{" + std::string(kStatus) + ",\"SUMMARY\":[{" + fields + "}],\"id\":1}"};
}

}  // namespace antx
