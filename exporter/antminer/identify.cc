#include "antminer/identify.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "antminer/families/family.h"
#include "antminer/models.h"
#include "model/firmware_version.h"
#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

void TakeText(const Record& record, std::string_view key, std::string& out) {
  if (!out.empty()) return;
  out = record.Text(key);
}

void TakeProgram(const Record& record, std::string_view key, std::string& out, Evidence& found) {
  TakeText(record, key, out);
  if (found.mining.empty() && !out.empty()) found.mining = ToLower(key) + ' ' + out;
}

void TakeRecord(const Record& record, Evidence& found) {
  TakeText(record, "Type", found.type);
  TakeText(record, "CompileTime", found.compile_time);
  TakeText(record, "Miner", found.miner);
  TakeText(record, "API", found.api);
  for (const char* key : {"BMMiner", "CGMiner", "Cgminer"}) {
    TakeProgram(record, key, found.program, found);
  }
  for (const char* key : {"BOSminer+", "BOSminer", "BOSer"}) {
    TakeProgram(record, key, found.braiins, found);
  }
  TakeProgram(record, "LUXminer", found.luxos, found);
  TakeText(record, "build_version", found.build);
  for (const char* key : {"BMMiner", "Cgminer", "CompileTime", "Miner", "build_version"}) {
    found.has_marks = found.has_marks || record.Has(key);
  }
  for (const auto& [key, value] : record.object()) {
    found.has_marks = found.has_marks || key.starts_with("chain_");
  }
  found.has_chains = found.has_chains || record.Has("chain_acn1") || record.Has("chain_rate1") ||
                     record.Has("chain_acn6") || record.Has("chain");
}

Evidence Collect(const Replies& replies) {
  Evidence found;
  for (const Record& record : replies.Section("version", "VERSION")) TakeRecord(record, found);
  for (const Record& record : replies.Section("stats", "STATS")) TakeRecord(record, found);
  if (const Reply* reply = replies.Find("http:/capabilities"); reply && reply->body) {
    found.epic_model = Record(reply->body, reply->command, replies.log()).Text("Model");
  }
  for (const Reply& reply : replies.all()) {
    if (found.description.empty()) found.description = reply.description;
  }
  if (found.description.starts_with("BOS") && found.braiins.empty()) {
    found.braiins = found.description.substr(found.description.find(' ') + 1);
  }
  if (found.description.starts_with("LUXminer") && found.luxos.empty()) {
    found.luxos = found.description.substr(found.description.find(' ') + 1);
  }
  return found;
}

const Family& Match(const Evidence& evidence) {
  for (const Family& family : AllFamilies()) {
    if (family.matches(evidence)) return family;
  }
  return AllFamilies().back();
}

/// A Whatsminer's way: rates in MH/s and no stats at all.
bool LacksStats(const Replies& replies) {
  const Reply* stats = replies.Find("stats");
  const auto summary = replies.First("summary", "SUMMARY");
  return stats != nullptr && stats->error &&
         ContainsNoCase(stats->error->detail, "invalid command") && summary &&
         summary->Has("MHS 5s") && !summary->Has("GHS 5s") && !summary->Has("GHS av");
}

/// Whether a device of another make answers now: it names itself, and by nothing that is ours.
/// A command that failed says nothing either way.
bool IsOtherMake(const Replies& replies, const Evidence& found) {
  if (found.has_marks || found.has_chains) return false;
  if (LacksStats(replies)) return true;
  const auto stats = replies.Section("stats", "STATS");
  if (std::any_of(stats.begin(), stats.end(), [](const Record& r) { return r.Has("ID"); })) {
    return true;
  }
  // Old daemons name little in VERSION, so an exchange that broke off leaves it open.
  const Reply* told = replies.Find("stats");
  const bool open = told != nullptr && told->error && told->error->reason != Reason::kApi;
  return !open && !replies.Section("version", "VERSION").empty();
}

void TakeLuxConfig(const Replies& replies, Identity& identity) {
  const auto config = replies.First("config", "CONFIG");
  if (!config) return;
  if (auto mac = ParseMac(config->Text("MACAddr")); !mac.empty()) {
    ForgetOtherDevice(mac, identity);
    identity.mac = std::move(mac);
  }
  if (auto text = config->Text("Hostname"); !text.empty()) identity.hostname = std::move(text);
  if (auto text = config->Text("SerialNumber"); !text.empty()) identity.serial = std::move(text);
}

/// Braiins tells no Type; the boards know the model.
void TakeBraiinsModel(const Replies& replies, std::string& type) {
  if (const auto details = replies.First("devdetails", "DEVDETAILS"); details && type.empty()) {
    type = details->Text("Model");
  }
}

/// Names of table rows that are no spelling of them, by normalised key.
struct Alias {
  std::string_view key;
  std::string_view name;
};
constexpr std::array kAliases = {
    Alias{"bhb68601", "Antminer S21"},         // Stock names its board as the type.
    Alias{"s9 pro", "Antminer S9"},            // MSKMiner's name of its firmware for the S9.
    Alias{"s19j pro a", "Antminer S19j Pro"},  // A revision.
    Alias{"s19jprowp", "Antminer S19j Pro"},   // As one daemon spells it.
    Alias{"s21 imm", "Antminer S21 Immersion"},
};

/// The row of a name as it is or by its alias; null when there is none.
const ModelRow* RowOf(std::string_view model) {
  if (const ModelRow* row = FindModel(model)) return row;
  const std::string key = NormaliseModel(model);
  const auto* const alias = std::find_if(kAliases.begin(), kAliases.end(),
                                         [&](const Alias& entry) { return entry.key == key; });
  return alias == kAliases.end() ? nullptr : FindModel(alias->name);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// "V1.3.58", "v.2.6.0.39", "1.2.0", "88".
bool IsVersion(std::string_view word) {
  if (word.starts_with('v')) word.remove_prefix(word.starts_with("v.") ? 2 : 1);
  return !word.empty() && IsDigit(word.front()) &&
         std::all_of(word.begin(), word.end(), [](char c) { return IsDigit(c) || c == '.'; });
}

/// A word that tells of firmware or of a control board, never of another machine.
bool IsNoise(std::string_view word) {
  const std::string lower = ToLower(word);
  static constexpr std::string_view kWords[] = {"",      "beta",     "blissz", "nopic",
                                                "aml",   "hiveon",   "vnish",  "braiins",
                                                "luxos", "mskminer", "rwglr",  "marathon"};
  const bool known = std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
  const bool candidate = lower.starts_with("rc") && IsVersion(std::string_view(lower).substr(2));
  return known || candidate || IsVersion(lower);
}

/// Boards of stock machines that print theirs as the type; all of them hash SHA-256.
bool IsBoardName(std::string_view key) { return key.starts_with("bhb"); }

}  // namespace

std::string AlgorithmOf(const std::string& model, std::string_view family) {
  if (const ModelRow* row = RowOf(model)) return std::string(row->algorithm);
  // A model newer than the table: the S and T series have always been SHA-256.
  const std::string key = NormaliseModel(model);
  const bool series = key.size() > 1 && (key[0] == 's' || key[0] == 't') &&
                      std::isdigit(static_cast<unsigned char>(key[1])) != 0;
  // Braiins and LuxOS run on SHA-256 machines only.
  const bool sha256 = series || IsBoardName(key) || family == "braiins" || family == "luxos";
  return sha256 ? "sha256" : "";
}

void ForgetOtherDevice(const std::string& mac, Identity& identity) {
  if (mac.empty() || identity.mac.empty() || mac == identity.mac) return;
  identity.serial.clear();
  identity.hostname.clear();
}

std::string ParseMac(std::string_view text) {
  std::string mac;
  for (const char c : Trim(text)) {
    if (c == ':' || c == '-') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || mac.size() >= 17) return {};
    if (mac.size() % 3 == 2) mac += ':';
    mac += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return mac.size() == 17 ? mac : std::string();
}

std::string CanonicalModel(std::string_view type) {
  if (ContainsNoCase(type, "am1-s9")) return "Antminer S9";
  if (const ModelRow* row = RowOf(type)) return std::string(row->name);
  std::string model(Trim(type.substr(0, type.find('('))));
  std::replace(model.begin(), model.end(), '\n', ' ');
  for (const std::string_view suffix : {" Hiveon", " hiveon"}) {
    if (model.ends_with(suffix)) model.resize(model.size() - suffix.size());
  }
  // "Antminer D3 Blissz v2.06 beta", "S19-88 v.2.6.0.39": the name without what says nothing of
  // the machine. Any other word may name another machine: "S21 XP+ Hyd." is no S21.
  std::string_view name = model;
  for (auto cut = name.find_last_of(" -"); cut != std::string_view::npos && cut > 0;
       cut = name.find_last_of(" -")) {
    if (!IsNoise(name.substr(cut + 1))) break;
    name = Trim(name.substr(0, cut));
    if (const ModelRow* row = RowOf(name)) return std::string(row->name);
  }
  return model;
}

Identification Identify(const Replies& replies, const Identity& known) {
  Evidence evidence = Collect(replies);
  Identification result{known, false};
  Identity& identity = result.identity;
  const Family& family = Match(evidence);
  const bool unknown = family.name == "unknown";
  if (unknown && !known.firmware.empty()) {
    // Nothing new in this poll (no stats, say): what is known stays, unless another make answers.
    result.is_miner = !IsOtherMake(replies, evidence);
    if (!result.is_miner) return result;
    TakeLuxConfig(replies, identity);
    return result;
  }
  // Unknown firmware is read by shape; without that shape it is no miner of this kind.
  result.is_miner = !unknown || evidence.has_chains;
  if (!result.is_miner) return result;
  if (family.name == "braiins") TakeBraiinsModel(replies, evidence.type);
  if (family.name == "epic") evidence.type = evidence.epic_model;
  identity.firmware = family.name;
  if (!evidence.type.empty()) {
    identity.type = evidence.type;
    identity.model = CanonicalModel(evidence.type);
  } else if (identity.model.empty() && ContainsNoCase(evidence.description, "am1-s9")) {
    identity.model = "Antminer S9";
  }
  auto version = family.version(evidence);
  // The web side of Braiins told the release; the API only names its mining program.
  const bool less = family.name == "braiins" && IsBraiinsRelease(known.firmware_version) &&
                    !IsBraiinsRelease(version);
  if (!version.empty() && !less) identity.firmware_version = std::move(version);
  if (!evidence.api.empty()) identity.api_version = evidence.api;
  if (!evidence.mining.empty()) identity.program = evidence.mining;
  identity.algorithm = AlgorithmOf(identity.model, family.name);
  TakeLuxConfig(replies, identity);
  return result;
}

}  // namespace antx
