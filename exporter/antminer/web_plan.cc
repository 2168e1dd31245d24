// The pages of each dialect as tables. A new page is a row.
#include <array>

#include "antminer/web.h"
#include "model/model_name.h"
#include "util/text.h"

namespace antx {
namespace {

/// Models whose control board serves port 6060.
bool HasInfoPort(const Identity& known) {
  const std::string key = NormaliseModel(known.model);
  return key.starts_with("s21") || key.starts_with("t21") || key == "s19 xp hyd";
}

bool HasNoMac(const Identity& known) { return known.mac.empty(); }

constexpr WebRequest kInfoPower{
    .name = "info_power", .path = "/miner_power", .port = WebPort::kInfo, .applies = HasInfoPort};

constexpr std::array kStockPages = {
    kInfoPower,
    WebRequest{.name = "summary", .path = "/cgi-bin/summary.cgi", .login = true, .probe = true},
    WebRequest{.name = "system_info", .path = "/cgi-bin/get_system_info.cgi", .login = true},
    WebRequest{.name = "miner_conf", .path = "/cgi-bin/get_miner_conf.cgi", .login = true},
    WebRequest{.name = "stats", .path = "/cgi-bin/stats.cgi", .login = true, .whole = true},
    WebRequest{.name = "pools", .path = "/cgi-bin/pools.cgi", .login = true, .whole = true},
};

constexpr std::array kOldStockPages = {
    WebRequest{.name = "system_info", .path = "/cgi-bin/get_system_info.cgi", .login = true},
    WebRequest{.name = "network_info", .path = "/cgi-bin/get_network_info.cgi", .login = true},
    WebRequest{.name = "miner_conf", .path = "/cgi-bin/get_miner_conf.cgi", .login = true},
    WebRequest{.name = "miner_status",
               .path = "/cgi-bin/get_miner_status.cgi",
               .login = true,
               .whole = true},
};

constexpr std::array kVnishPages = {
    WebRequest{.name = "info", .path = "/api/v1/info", .probe = true},
    WebRequest{.name = "summary", .path = "/api/v1/summary"},
};

constexpr std::array kBraiinsRestPages = {
    WebRequest{.name = "version", .path = "/api/v1/version", .probe = true},
    WebRequest{.name = "details", .path = "/api/v1/miner/details", .login = true},
    WebRequest{.name = "stats", .path = "/api/v1/miner/stats", .login = true},
    WebRequest{.name = "network", .path = "/api/v1/network", .login = true},
    WebRequest{
        .name = "hashboards", .path = "/api/v1/miner/hw/hashboards", .login = true, .whole = true},
    WebRequest{.name = "cooling", .path = "/api/v1/cooling/state", .login = true, .whole = true},
    WebRequest{.name = "pools", .path = "/api/v1/pools", .login = true, .whole = true},
};

constexpr std::array kBraiinsGraphqlPages = {
    WebRequest{.name = "system",
               .path = "/graphql",
               .body = R"({"query":"{bos{hostname info{version{full}} uptime{durationS}} )"
                       R"(bosminer{info{fans{name rpm speed} )"
                       R"(summary{power{approxConsumptionW limitW}} )"
                       R"(workSolver{nominalMhs realHashrate{mhs5S}}}}}"})"},
    // By LuCI, which is older and tells the MAC.
    WebRequest{.name = "net_conf",
               .path = "/cgi-bin/luci/admin/network/iface_status/lan",
               .login = true,
               .applies = HasNoMac},
    WebRequest{.name = "boards",
               .path = "/graphql",
               .body = R"({"query":"{bosminer{info{workSolver{childSolvers{name nominalMhs )"
                       R"(realHashrate{mhs5S} hwDetails{chips frequencyMhz voltageV} )"
                       R"(temperatures{name degreesC}}}}}}"})",
               .whole = true},
    WebRequest{.name = "pools",
               .path = "/graphql",
               .body = R"({"query":"{bosminer{info{poolGroups{name pools{active status url user )"
                       R"(shares{acceptedSolutions rejectedSolutions}}}}}}"})",
               .whole = true},
};

constexpr std::array kEpicPages = {
    WebRequest{.name = "summary", .path = "/summary", .port = WebPort::kApi},
    WebRequest{.name = "capabilities", .path = "/capabilities", .port = WebPort::kApi},
    WebRequest{.name = "network", .path = "/network", .port = WebPort::kApi},
    WebRequest{.name = "temps", .path = "/temps", .port = WebPort::kApi, .whole = true},
};

constexpr std::array kMarathonPages = {
    WebRequest{.name = "brief", .path = "/kaonsu/v1/brief", .login = true},
    WebRequest{.name = "overview", .path = "/kaonsu/v1/overview", .login = true},
    WebRequest{.name = "network_config", .path = "/kaonsu/v1/network_config", .login = true},
    WebRequest{.name = "details", .path = "/kaonsu/v1/details", .login = true, .whole = true},
    WebRequest{.name = "hashboards", .path = "/kaonsu/v1/hashboards", .login = true, .whole = true},
    WebRequest{.name = "fans", .path = "/kaonsu/v1/fans", .login = true, .whole = true},
    WebRequest{.name = "pools", .path = "/kaonsu/v1/pools", .login = true, .whole = true},
};

using D = WebDialect;
const std::array kPlans = {
    WebPlan{D::kNone, WebAuth::kNone, D::kNone, {}},
    WebPlan{D::kStock, WebAuth::kDigest, D::kStockOld, kStockPages},
    WebPlan{D::kStockOld, WebAuth::kDigest, D::kStockOld, kOldStockPages},
    WebPlan{D::kVnish, WebAuth::kNone, D::kStockOld, kVnishPages},
    WebPlan{D::kBraiinsRest, WebAuth::kBraiinsToken, D::kBraiinsGraphql, kBraiinsRestPages},
    WebPlan{D::kBraiinsGraphql, WebAuth::kBraiinsSession, D::kBraiinsGraphql, kBraiinsGraphqlPages},
    WebPlan{D::kEpic, WebAuth::kNone, D::kEpic, kEpicPages},
    WebPlan{D::kMarathon, WebAuth::kDigest, D::kMarathon, kMarathonPages},
};

struct FamilyDialect {
  std::string_view family;
  WebDialect dialect;
};
// LuxOS is not here: its API tells all of it.
constexpr std::array kFamilies = {
    FamilyDialect{"stock", D::kStock},         FamilyDialect{"hiveon", D::kStock},
    FamilyDialect{"asicseer", D::kStock},      FamilyDialect{"mskminer", D::kStock},
    FamilyDialect{"blissz", D::kStock},        FamilyDialect{"vnish", D::kVnish},
    FamilyDialect{"braiins", D::kBraiinsRest}, FamilyDialect{"epic", D::kEpic},
    FamilyDialect{"marathon", D::kMarathon},
};

/// Marks of the start page, most specific first.
struct Mark {
  std::string_view text;
  WebDialect dialect;
};
constexpr std::array kMarks = {
    Mark{"anthillos", D::kVnish},     Mark{"braiins os", D::kBraiinsRest},
    Mark{"luxor firmware", D::kNone}, Mark{"miner web dashboard", D::kEpic},
    Mark{"kaonsu", D::kMarathon},
};

}  // namespace

std::string_view WebDialectName(WebDialect dialect) {
  switch (dialect) {
    case D::kNone:
      break;
    case D::kStock:
      return "stock";
    case D::kStockOld:
      return "stock_old";
    case D::kVnish:
      return "vnish";
    case D::kBraiinsRest:
      return "braiins_rest";
    case D::kBraiinsGraphql:
      return "braiins_graphql";
    case D::kEpic:
      return "epic";
    case D::kMarathon:
      return "marathon";
  }
  return "none";
}

const WebPlan& WebPlanOf(WebDialect dialect) {
  return kPlans.at(static_cast<std::size_t>(dialect));
}

WebDialect FirstWebDialect(const Identity& known) {
  for (const FamilyDialect& row : kFamilies) {
    if (row.family == known.firmware) return row.dialect;
  }
  return D::kNone;
}

WebDialect RecogniseWeb(std::string_view www_authenticate, std::string_view page) {
  for (const Mark& mark : kMarks) {
    if (ContainsNoCase(page, mark.text)) return mark.dialect;
  }
  if (ContainsNoCase(www_authenticate, "antminer configuration")) return D::kStock;
  return D::kNone;
}

}  // namespace antx
