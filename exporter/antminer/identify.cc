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

void TakeLuxConfig(const Replies& replies, Identity& identity) {
  const auto config = replies.First("config", "CONFIG");
  if (!config) return;
  if (auto mac = ParseMac(config->Text("MACAddr")); !mac.empty()) identity.mac = std::move(mac);
  if (auto text = config->Text("Hostname"); !text.empty()) identity.hostname = std::move(text);
  if (auto text = config->Text("SerialNumber"); !text.empty()) identity.serial = std::move(text);
}

/// Braiins tells no Type; the boards know the model.
void TakeBraiinsModel(const Replies& replies, std::string& type) {
  if (const auto details = replies.First("devdetails", "DEVDETAILS"); details && type.empty()) {
    type = details->Text("Model");
  }
}

}  // namespace

std::string AlgorithmOf(const std::string& model, std::string_view family) {
  if (const ModelRow* row = FindModel(model)) return std::string(row->algorithm);
  // A model newer than the table: the S and T series have always been SHA-256.
  const std::string key = NormaliseModel(model);
  const bool series = key.size() > 1 && (key[0] == 's' || key[0] == 't') &&
                      std::isdigit(static_cast<unsigned char>(key[1])) != 0;
  // Braiins and LuxOS run on SHA-256 machines only.
  return series || family == "braiins" || family == "luxos" ? "sha256" : "";
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
  if (const ModelRow* row = FindModel(type)) return std::string(row->name);
  std::string model(Trim(type.substr(0, type.find('('))));
  std::replace(model.begin(), model.end(), '\n', ' ');
  for (const std::string_view suffix : {" Hiveon", " hiveon"}) {
    if (model.ends_with(suffix)) model.resize(model.size() - suffix.size());
  }
  // "Antminer D3 Blissz v2.06 beta", "Antminer S9 V1.3.58", "S19-88 v.2.6": the words up to the
  // first that the table knows.
  for (auto end = model.rfind(' '); end != std::string::npos && end > 0;
       end = model.rfind(' ', end - 1)) {
    if (const ModelRow* row = FindModel(std::string_view(model).substr(0, end))) {
      return std::string(row->name);
    }
  }
  if (const auto dash = model.find('-'); dash != std::string::npos) {
    if (const ModelRow* row = FindModel(std::string_view(model).substr(0, dash))) {
      return std::string(row->name);
    }
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
    // Nothing new in this poll (no stats, say): what is known stays.
    result.is_miner = true;
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
