// A hostile web side: any bytes as the answer to any page of any dialect. The first byte picks the
// dialect, the second one the page; every other page gets the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "antminer/web.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto dialect = static_cast<antx::WebDialect>(1 + data[0] % 7);
  const auto pages = antx::WebPlanOf(dialect).requests;
  const std::string body(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::vector<antx::RawReply> replies;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (data[1] < 128 && i != data[1] % pages.size()) continue;
    replies.push_back({std::string(pages[i].name), body});
  }
  antx::DecodeContext context;
  context.received = antx::SystemTime(std::chrono::seconds(1'790'000'000));
  context.known.firmware = data[0] % 2 == 0 ? "" : "stock";
  const antx::WebDecoded decoded = antx::DecodeWeb(dialect, replies, context);
  if (decoded.pages.size() != replies.size()) std::abort();
  const std::string& mac = decoded.reading.identity.mac;
  if (!mac.empty() && mac.size() != 17) std::abort();
  for (const auto& board : decoded.reading.boards) {
    for (const auto& sensor : board.chip_celsius) {
      if (sensor.celsius < -40 || sensor.celsius > 150) std::abort();
    }
  }
  antx::Reading api;
  antx::AddWebFacts(decoded.reading, api);
  (void)antx::LoginHeaderFrom(antx::WebAuth::kBraiinsToken, body);
  (void)antx::RecogniseWeb(body, body);
  return 0;
}
