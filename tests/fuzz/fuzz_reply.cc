// A hostile miner: any bytes as the reply to any command. The first byte picks the command
// and whether the miner is already known. Nothing may crash, and no value may be absurd.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "antminer/decode.h"

namespace {

void Check(const std::optional<double>& value) {
  if (value && !std::isfinite(*value)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const char* const kCommands[] = {"summary",
                                          "stats",
                                          "pools",
                                          "version",
                                          "devs",
                                          "temps",
                                          "fans",
                                          "config",
                                          "summary+stats+pools",
                                          "http:/capabilities"};
  static const char* const kFamilies[] = {"", "stock", "braiins", "luxos", "vnish"};
  if (size < 1) return 0;
  antx::DecodeContext context;
  context.known.firmware = kFamilies[data[0] / 16 % 5];
  context.known.model = "Antminer S19 Pro";
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<antx::DecodeNote> notes;
  const auto decoded =
      antx::Decode({{kCommands[data[0] % 10], body}}, context, size % 2 == 0 ? &notes : nullptr);
  if (!decoded.reading) return 0;
  Check(decoded.reading->hashrate_hashes_per_second);
  Check(decoded.reading->elapsed_seconds);
  for (const auto& board : decoded.reading->boards) {
    Check(board.hashrate_hashes_per_second);
    for (const auto& sensor : board.chip_celsius) {
      if (sensor.celsius < -40 || sensor.celsius > 150) std::abort();
    }
  }
  return 0;
}
