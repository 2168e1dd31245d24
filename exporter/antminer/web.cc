#include "antminer/web.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "antminer/families/family.h"
#include "antminer/identify.h"
#include "antminer/models.h"
#include "antminer/web_pages.h"
#include "util/text.h"

namespace antx {
namespace {

using ReadPages = void (*)(const WebPages&, const DecodeContext&, Reading&);

ReadPages ReaderOf(WebDialect dialect) {
  switch (dialect) {
    case WebDialect::kStock:
      return ReadStockPages;
    case WebDialect::kStockOld:
      return ReadOldStockPages;
    case WebDialect::kVnish:
      return ReadVnishPages;
    case WebDialect::kBraiinsRest:
      return ReadBraiinsRest;
    case WebDialect::kBraiinsGraphql:
      return ReadBraiinsGraphql;
    case WebDialect::kEpic:
      return ReadEpicPages;
    case WebDialect::kMarathon:
      return ReadMarathonPages;
    case WebDialect::kNone:
      break;
  }
  return nullptr;
}

/// "power:1234", "miner power:1234": the figure of port 6060.
void ReadInfoPort(const WebPages& pages, Reading& reading) {
  const auto text = pages.Text("info_power");
  if (!text) return;
  const auto colon = text->rfind(':');
  // A line of another kind ("error 6060 cmd") holds no figure.
  if (colon == std::string_view::npos) return;
  const auto watts = ReportedWatts(LeadingNumber(text->substr(colon + 1)), pages.log());
  if (watts) reading.power = Power{*watts, PowerSource::kReported};
}

template <class T>
void Fill(const std::optional<T>& from, std::optional<T>& to) {
  if (!to) to = from;
}
void Fill(const std::string& from, std::string& to) {
  if (to.empty()) to = from;
}

/// Reads the pages on top of what is known, unless they show another device.
void ReadOnTop(ReadPages read, const WebPages& pages, const DecodeContext& context,
               Reading& reading) {
  reading.identity = context.known;
  reading.identity.serial.clear();
  reading.identity.hostname.clear();
  read(pages, context, reading);
  Identity known = context.known;
  ForgetOtherDevice(reading.identity.mac, known);
  Fill(known.serial, reading.identity.serial);
  Fill(known.hostname, reading.identity.hostname);
}

void FillCounters(const Reading& web, Reading& reading) {
  Fill(web.power, reading.power);
  Fill(web.ambient_celsius, reading.ambient_celsius);
  Fill(web.fan_duty_ratio, reading.fan_duty_ratio);
  Fill(web.best_share_difficulty, reading.best_share_difficulty);
  Fill(web.boot_time, reading.boot_time);
}

}  // namespace

WebDecoded DecodeWeb(WebDialect dialect, const std::vector<RawReply>& replies,
                     const DecodeContext& context, std::vector<DecodeNote>* notes) {
  WebDecoded decoded;
  const ReadPages read = ReaderOf(dialect);
  if (read == nullptr) return decoded;
  try {
    DecodeLog log;
    log.notes = notes;
    const WebPages pages(replies, context.max_depth, log);
    ReadOnTop(read, pages, context, decoded.reading);
    ReadInfoPort(pages, decoded.reading);
    DropAbsurdRates(decoded.reading, log);
    FillFromModelTable(decoded.reading);
    decoded.whole = decoded.reading.hashrate_hashes_per_second.has_value();
    decoded.pages = pages.results();
    decoded.repairs = log.repairs;
  } catch (const std::exception& error) {
    decoded = {};
    for (const RawReply& reply : replies) {
      decoded.pages.push_back(
          {reply.command, Collector::kWeb, PollError{Reason::kParse, error.what()}});
    }
  }
  return decoded;
}

void AddWebIdentity(const Identity& web, Identity& identity) {
  // The page is asked for by address, the neighbour table may be older.
  ForgetOtherDevice(web.mac, identity);
  if (!web.mac.empty()) identity.mac = web.mac;
  if (!web.hostname.empty()) identity.hostname = web.hostname;
  if (!web.serial.empty()) identity.serial = web.serial;
  Fill(web.type, identity.type);
  Fill(web.model, identity.model);
  Fill(web.algorithm, identity.algorithm);
  Fill(web.firmware, identity.firmware);
  // The API of Braiins names its mining program, the web side the release.
  const bool release = identity.firmware == "braiins" && !web.firmware_version.empty();
  if (release || identity.firmware_version.empty()) {
    identity.firmware_version = web.firmware_version;
  }
}

void AddWebFacts(const Reading& web, Reading& reading) {
  AddWebIdentity(web.identity, reading.identity);
  FillCounters(web, reading);
  if (!web.components.empty()) reading.components = web.components;
  // The page may be some minutes old: a machine that hashes now does not sleep.
  const bool hashes = reading.hashrate_hashes_per_second.value_or(0) > 0;
  if (reading.work_mode.empty() && !(hashes && web.work_mode == "sleep")) {
    reading.work_mode = web.work_mode;
  }
  for (BoardReading& board : reading.boards) {
    const auto same =
        std::find_if(web.boards.begin(), web.boards.end(),
                     [&](const BoardReading& other) { return other.board == board.board; });
    if (same != web.boards.end()) Fill(same->serial, board.serial);
  }
}

}  // namespace antx
