// The list of firmware families: how each is recognised, what it is asked and which
// reader understands it. Facts: PROTOCOL.md, "Families".
#include <array>

#include "antminer/families/family.h"
#include "util/text.h"

namespace antx {
namespace {

using Commands = std::vector<std::string>;

bool Has(const std::string& text, std::string_view part) { return ContainsNoCase(text, part); }

// --- What to ask -----------------------------------------------------------
// Connections cost, bytes do not: never a command whose fields are not used.
Commands BasicPoll() { return {"summary", "stats", "pools"}; }
Commands AskVersion() { return {"version"}; }
Commands BraiinsPoll() {
  return {"summary", "pools", "devs", "devdetails", "temps", "fans", "tunerstatus", "stats"};
}
Commands LuxosPoll() {
  return {"summary", "stats", "pools", "devs", "temps", "fans", "power", "config"};
}
Commands EpicPoll() { return {"http:/capabilities"}; }
Commands Nothing() { return {}; }

bool NeverJoins(std::string_view) { return false; }
bool AlwaysJoins(std::string_view) { return true; }
/// bmminer of the S9 and cgminer of the L3+ join; X17 and later answer "Invalid command".
bool OldStockJoins(std::string_view model) {
  return model == "s9" || model == "s9i" || model == "s9j" || model == "l3+" || model == "l3++";
}

// --- Version ---------------------------------------------------------------
std::string CompileTime(const Evidence& e) { return e.compile_time; }
std::string Program(const Evidence& e) { return e.program; }
std::string BraiinsVersion(const Evidence& e) {
  if (!e.braiins.empty()) return e.braiins;
  return e.miner.empty() ? e.program : e.miner;
}
std::string LuxosVersion(const Evidence& e) { return e.miner.empty() ? e.luxos : e.miner; }
std::string VnishVersion(const Evidence& e) {
  if (!e.build.empty()) return e.build;
  const auto open = e.type.find('(');
  const auto close = e.type.find(')', open);
  if (open == std::string::npos || close == std::string::npos) return e.compile_time;
  const std::string inner = e.type.substr(open + 1, close - open - 1);
  return inner.substr(inner.rfind(' ') + 1);
}

/// "Antminer T21 (7Miners 1.2.6-rc1)": a reseller's name with a version behind it is Vnish.
bool IsBrandedVnish(const Evidence& e) {
  const auto open = e.type.find('(');
  return open != std::string::npos && !e.compile_time.empty() && Has(e.program, "4.11") &&
         e.type.find('.', open) != std::string::npos;
}

const std::array kFamilies = {
    Family{"braiins",
           [](const Evidence& e) {
             return !e.braiins.empty() || Has(e.type, "braiins") || e.program.starts_with("bOS");
           },
           BraiinsVersion, ReadBraiins, BraiinsPoll, AskVersion, AlwaysJoins},
    Family{"luxos", [](const Evidence& e) { return !e.luxos.empty(); }, LuxosVersion, ReadLuxos,
           LuxosPoll, AskVersion, AlwaysJoins},
    Family{"epic", [](const Evidence& e) { return !e.epic_model.empty(); }, Program, ReadNothing,
           EpicPoll, Nothing, NeverJoins},
    Family{"marathon",
           [](const Evidence& e) {
             return Has(e.type, "marathon") || Has(e.program, "kaonsu") ||
                    Has(e.description, "kaonsu");
           },
           CompileTime, ReadStock, BasicPoll, AskVersion, NeverJoins},
    // Hiveon before MSKMiner: both carry "rwglr".
    Family{"hiveon", [](const Evidence& e) { return Has(e.type, "hiveon"); }, CompileTime,
           ReadStock, BasicPoll, AskVersion, NeverJoins},
    Family{"mskminer",
           [](const Evidence& e) {
             return Has(e.program, "rwglr") || Has(e.description, "rwglr") ||
                    Has(e.type, "mskminer");
           },
           CompileTime, ReadStock, BasicPoll, AskVersion, NeverJoins},
    Family{"asicseer",
           [](const Evidence& e) {
             return Has(e.program, "asicseer") || e.program.starts_with("2.4.");
           },
           Program, ReadStock, BasicPoll, AskVersion, NeverJoins},
    Family{"blissz", [](const Evidence& e) { return Has(e.type, "blissz"); }, CompileTime,
           ReadStock, BasicPoll, AskVersion, NeverJoins},
    // Vnish late: it copies the marks of others. Newer builds have no version command.
    Family{"vnish",
           [](const Evidence& e) {
             return Has(e.type, "vnish") || !e.build.empty() || IsBrandedVnish(e);
           },
           VnishVersion, ReadStock, BasicPoll, Nothing, NeverJoins},
    Family{"stock", [](const Evidence& e) { return Has(e.type, "antminer") || Has(e.type, "BHB"); },
           CompileTime, ReadStock, BasicPoll, AskVersion, OldStockJoins},
    Family{"unknown", [](const Evidence&) { return true; }, CompileTime, ReadStock, BasicPoll,
           AskVersion, NeverJoins},
};

}  // namespace

std::span<const Family> AllFamilies() { return kFamilies; }

const Family& FamilyNamed(std::string_view name) {
  for (const Family& family : kFamilies) {
    if (family.name == name) return family;
  }
  return kFamilies.back();
}

void ReadStock(const ReadContext& context, Reading& reading) {
  ReadSummary(context, reading);
  ReadPools(context, reading);
  if (!ReadNewApiStats(context, reading)) ReadBitmainStats(context, reading);
}

void ReadNothing(const ReadContext& /*context*/, Reading& /*reading*/) {}

}  // namespace antx
