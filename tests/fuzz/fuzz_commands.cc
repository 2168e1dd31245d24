// A hostile miner that is told something: any bytes as its settings and as its answers. What is
// made of them for sending keeps its shape, whatever they hold.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "antminer/commands.h"
#include "antminer/commands_stock.h"
#include "antminer/commands_web.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

/// Nothing that the shell of these firmwares would cut, nothing outside the alphabet of the form.
void CheckStock(const std::string& body, const antx::StockChange& change) {
  const antx::CommandBody form = antx::StockSettingsForm(body, change);
  Require(form.good() != !form.fault.empty());
  if (form.good()) {
    const auto fields = 1 + std::count(form.text.begin(), form.text.end(), '&');
    Require(fields >= 14 && fields <= 16);
    Require(std::all_of(form.text.begin(), form.text.end(),
                        [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; }));
  } else {
    Require(form.text.empty());
  }
  const antx::CommandBody json = antx::StockSettingsJson(body, change);
  Require(json.good() || json.text.empty());
  Require(json.text.find_first_of(" \\\n\t") == std::string::npos);
  if (json.good() && change.mode) Require(antx::StockModeIn(json.text) == change.mode);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const std::vector<antx::PoolEntry> pools = {{"stratum+tcp://a.example:3333", "user", "pw"}};
  antx::StockChange change;
  CheckStock(body, change);
  change.mode = 3;
  CheckStock(body, change);
  change.pools = &pools;
  CheckStock(body, change);
  (void)antx::ReadStockAnswer(body);
  (void)antx::ReadOldStockAnswer(body);
  (void)antx::StockBlinks(body);
  Require(!antx::ReadApiAnswer(body).good || antx::ReadApiAnswer(body).understood);
  const std::string session = antx::LuxosSessionFrom(body);
  Require(session.find_first_of(",\\") == std::string::npos);
  (void)antx::LuxosConfigText(body, "Profile");
  if (const auto header = antx::VnishTokenHeader(body)) {
    Require(header->find_first_of("\r\n") == std::string::npos);
  }
  for (const auto& made : {antx::VnishPreset(body, "p"), antx::MarathonMode(body, "Auto"),
                           antx::MarathonPools(body, pools)}) {
    Require(made.good() || made.text.empty());
  }
  (void)antx::BraiinsPools(body, pools);
  (void)antx::EpicPools(body, pools);
  (void)antx::EpicShowsPools(body, pools);
  (void)antx::RefusalIn(body);
  (void)antx::GraphqlRefusal(body);
  (void)antx::GraphqlGroups(body);
  return 0;
}
