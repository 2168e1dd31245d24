// Every recorded reply through parser and normaliser, against a bare strict parse
// of the same bytes (or of a valid reply of about the same size when it is broken).
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/static_resource.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "antminer/decode.h"
#include "bench/bench_util.h"

namespace antx::bench {
namespace {

struct Recording {
  std::string name;
  std::string command;
  std::string body;
};

std::vector<Recording> LoadAll(const std::filesystem::path& folder) {
  std::vector<Recording> recordings;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string command = entry.path().stem().string();
    if (command != "summary" && command != "stats" && command != "pools" && command != "version") {
      continue;
    }
    std::ifstream file(entry.path(), std::ios::binary);
    std::string body((std::istreambuf_iterator<char>(file)), {});
    while (!body.empty() && body.back() == '\0') body.pop_back();
    recordings.push_back({std::filesystem::relative(entry.path(), folder).string(), command, body});
  }
  std::sort(recordings.begin(), recordings.end(),
            [](const Recording& a, const Recording& b) { return a.name < b.name; });
  return recordings;
}

/// Nanoseconds per call: the best of 7 batches of `rounds` calls.
template <class Call>
double BestNanoseconds(int rounds, Call call) {
  double best = 1e18;
  for (int batch = 0; batch < 7; ++batch) {
    const double begin = CpuSeconds();
    for (int i = 0; i < rounds; ++i) call();
    best = std::min(best, (CpuSeconds() - begin) / rounds * 1e9);
  }
  return best;
}

/// Bytes of a strict parse into a static buffer; keeps the optimiser honest.
std::size_t BareParse(const std::string& body) {
  static thread_local unsigned char buffer[256 * 1024];
  boost::json::static_resource resource(buffer, sizeof(buffer));
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error, &resource);
  return error ? 0 : value.as_object().size();
}

}  // namespace
}  // namespace antx::bench

int main(int argc, char** argv) {
  using namespace antx;
  using namespace antx::bench;
  const Flags flags(argc, argv);
  const char* set = std::getenv("ANTMINER_RECORDINGS");
  const std::string folder =
      flags.Text("recordings", set != nullptr ? set : "../shared/fixtures/miners");
  if (!std::filesystem::exists(folder)) {
    std::printf("{\"bench\":\"parse\",\"skipped\":\"no recordings in %s\"}\n", folder.c_str());
    return 0;
  }
  const int rounds = static_cast<int>(flags.Number("rounds", 2000));
  std::string parts = "[";
  double decode_sum = 0;
  double bare_sum = 0;
  double bytes_sum = 0;
  std::size_t sink = 0;
  for (const Recording& recording : LoadAll(folder)) {
    const std::vector<RawReply> replies = {{recording.command, recording.body}};
    const DecodeContext context;
    const double decode =
        BestNanoseconds(rounds, [&] { sink += Decode(replies, context).commands.size(); });
    const double bare = BestNanoseconds(rounds, [&] { sink += BareParse(recording.body); });
    const auto bytes = static_cast<double>(recording.body.size());
    decode_sum += decode;
    bare_sum += bare;
    bytes_sum += bytes;
    if (parts.size() > 1) parts += ',';
    std::string part = JsonLine(recording.name)
                           .Add("bytes", bytes)
                           .Add("ns_per_reply", decode)
                           .Add("MBps", bytes / decode * 1e3)
                           .Add("ratio_to_bare_parse", decode / bare)
                           .Text();
    parts += part.replace(2, 5, "reply");
  }
  JsonLine("parse")
      .Add("replies", static_cast<double>(std::count(parts.begin(), parts.end(), '{')))
      .Add("bytes", bytes_sum)
      .Add("ns_per_reply", decode_sum)
      .Add("MBps", bytes_sum / decode_sum * 1e3)
      .Add("ratio_to_bare_parse", decode_sum / bare_sum)
      .AddRaw("each", parts + "]")
      .Print();
  return sink == 0 ? 1 : 0;
}
