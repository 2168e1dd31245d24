// Schemas of the answers. `required` names every key that is always there; a value that a miner
// did not tell is null.
#include <array>

#include "api/openapi.h"

namespace antx {
namespace {

constexpr std::array kSchemas = {
    NamedSchema{"Error", R"({"type":"object","required":["ok","error"],"properties":{
"ok":{"const":false},"error":{"type":"string"}}})"},
    NamedSchema{"Ok", R"({"type":"object","required":["ok"],"properties":{"ok":{"const":true}}})"},
    NamedSchema{"Readiness", R"({"type":"object","required":["ok","db_ok","scheduler_ok"],
"properties":{"ok":{"type":"boolean"},"db_ok":{"type":"boolean"},
"scheduler_ok":{"type":"boolean"}}})"},
    NamedSchema{"Date", R"({"type":"string",
"pattern":"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"})"},
    NamedSchema{"OptionalDate", R"({"oneOf":[{"$ref":"#/components/schemas/Date"},
{"type":"null"}]})"},
    NamedSchema{"Optional", R"({"type":["number","null"]})"},
    NamedSchema{"Level", R"({"enum":["DEBUG","INFO","WARNING","ERROR","CRITICAL"]})"},
    NamedSchema{"State", R"({"enum":["hashing","degraded","starting","idle","sleeping","api_down",
"access_denied","offline","lost",null]})"},
    NamedSchema{"Summary", R"({"type":"object","required":["source","total_power","total_hashrate",
"total_uptime","avg_temp","avg_fan_speed","total_workers","log","last_updated"],"properties":{
"source":{"enum":["live","db_fallback","mixed","none"]},
"total_power":{"type":"number","description":"W"},
"total_hashrate":{"type":"number","description":"TH/s, SHA-256 miners only"},
"total_uptime":{"type":"integer","description":"s, the longest"},
"avg_temp":{"type":["number","null"],"description":"degrees C"},
"avg_fan_speed":{"type":["number","null"],"description":"rev/min"},
"total_workers":{"type":"integer","description":"miners considered"},
"log":{"type":"array","items":{"type":"object",
"required":["timestamp","ip","hash","source","discovery"],"properties":{
"timestamp":{"$ref":"#/components/schemas/Date"},"ip":{"type":"string"},
"hash":{"$ref":"#/components/schemas/Optional"},"source":{"enum":["live","db_fallback"]},
"discovery":{"enum":["tcp","mdns","both","manual","unknown"]}}}},
"last_updated":{"$ref":"#/components/schemas/Date"}}})"},
    NamedSchema{"MinerMeans", R"({"type":"array","items":{"type":"object",
"required":["ip","last_seen","hashrate_ths","power_w","avg_temp_c","avg_fan_rpm"],"properties":{
"ip":{"type":"string"},"last_seen":{"$ref":"#/components/schemas/Date"},
"hashrate_ths":{"$ref":"#/components/schemas/Optional"},
"power_w":{"$ref":"#/components/schemas/Optional"},
"avg_temp_c":{"$ref":"#/components/schemas/Optional"},
"avg_fan_rpm":{"$ref":"#/components/schemas/Optional"}},"additionalProperties":false}})"},
    NamedSchema{"MinerCurrents", R"({"type":"array","items":{"type":"object",
"required":["ip","last_seen","hashrate_ths","power_w","avg_temp_c","avg_fan_rpm","model"],
"properties":{"ip":{"type":"string"},"last_seen":{"$ref":"#/components/schemas/Date"},
"hashrate_ths":{"$ref":"#/components/schemas/Optional"},
"power_w":{"$ref":"#/components/schemas/Optional"},
"avg_temp_c":{"$ref":"#/components/schemas/Optional"},
"avg_fan_rpm":{"$ref":"#/components/schemas/Optional"},
"model":{"type":"string"}},"additionalProperties":false}})"},
    NamedSchema{"MetricRows", R"({"type":"array","items":{"type":"object",
"required":["timestamp","ip","power_w","hashrate_ths","avg_temp_c","avg_fan_rpm"],"properties":{
"timestamp":{"$ref":"#/components/schemas/Date"},"ip":{"type":"string"},
"power_w":{"$ref":"#/components/schemas/Optional"},
"hashrate_ths":{"$ref":"#/components/schemas/Optional"},
"avg_temp_c":{"$ref":"#/components/schemas/Optional"},
"avg_fan_rpm":{"$ref":"#/components/schemas/Optional"},
"model":{"type":"string"}},"additionalProperties":false}})"},
    NamedSchema{"MinerItem", R"({"type":"object",
"required":["ip","last_seen","age_sec","status","is_stale","model"],"properties":{
"ip":{"type":"string"},"last_seen":{"$ref":"#/components/schemas/OptionalDate"},
"age_sec":{"type":["integer","null"],"minimum":0},"status":{"enum":["Active","Lagging","Stale"]},
"is_stale":{"type":"boolean"},"model":{"type":"string"},
"state":{"$ref":"#/components/schemas/State"},"id":{"type":"string"}}})"},
    NamedSchema{"MinerItems",
                R"({"type":"array","items":{"$ref":"#/components/schemas/MinerItem"}})"},
    NamedSchema{"MinerItemsObject", R"({"type":"object","required":["miners"],"properties":{
"miners":{"$ref":"#/components/schemas/MinerItems"}}})"},
    NamedSchema{"ErrorLogs", R"({"type":"array","items":{"type":"object",
"required":["id","created_at","level","component","miner_ip","message","context"],"properties":{
"id":{"type":"integer"},"created_at":{"$ref":"#/components/schemas/Date"},
"level":{"$ref":"#/components/schemas/Level"},"component":{"type":"string"},
"miner_ip":{"type":["string","null"]},"message":{"type":"string"},
"context":{"type":["object","null"]}},"additionalProperties":false}})"},
    NamedSchema{"Events", R"({"type":"array","items":{"type":"object",
"required":["id","timestamp","miner_ip","level","source","kind","message"],"properties":{
"id":{"type":"integer"},"timestamp":{"$ref":"#/components/schemas/Date"},
"miner_ip":{"type":["string","null"]},"level":{"$ref":"#/components/schemas/Level"},
"source":{"type":"string"},"kind":{"type":"string"},"message":{"type":"string"}}}})"},
    NamedSchema{"MinerLogs", R"({"type":"object","required":["ok","ip","logs"],"properties":{
"ok":{"const":true},"ip":{"type":"string"},"logs":{"type":"array","items":{"type":"object",
"required":["timestamp","level","source","message"],"properties":{
"timestamp":{"$ref":"#/components/schemas/Date"},"level":{"$ref":"#/components/schemas/Level"},
"source":{"type":"string"},"message":{"type":"string"}}}}}})"},
    NamedSchema{"Pool", R"({"type":"object","required":["id","url","user","status","prio",
"stratum_active","accepted","rejected","stale","reject_percent"],"properties":{
"id":{"type":"integer"},"url":{"type":"string"},"user":{"type":["string","null"]},
"status":{"type":"string"},"prio":{"type":["integer","null"]},
"stratum_active":{"type":"boolean"},"accepted":{"$ref":"#/components/schemas/Optional"},
"rejected":{"$ref":"#/components/schemas/Optional"},
"stale":{"$ref":"#/components/schemas/Optional"},
"reject_percent":{"$ref":"#/components/schemas/Optional"},"dev_fee":{"type":"boolean"},
"last_share":{"$ref":"#/components/schemas/OptionalDate"}}})"},
    NamedSchema{"MinerPools", R"({"type":"object","required":["ok","pools"],"properties":{
"ok":{"const":true},"pools":{"type":"array","items":{"$ref":"#/components/schemas/Pool"}}}})"},
    NamedSchema{"Sourced", R"({"type":"object","required":["value","source"],"properties":{
"value":{"type":["number","null"]},"source":{"type":["string","null"]}}})"},
    NamedSchema{"Sensors", R"({"type":"array","items":{"type":"object",
"required":["index","celsius"],"properties":{"index":{"type":"integer"},
"celsius":{"type":"number"}}}})"},
    NamedSchema{"Board", R"({"type":"object","required":["board","present","up",
"hashrate_hashes_per_second","chips","chip_sensors","board_sensors"],"properties":{
"board":{"type":"string"},"present":{"type":"boolean"},"up":{"type":"boolean"},
"hashrate_hashes_per_second":{"$ref":"#/components/schemas/Optional"},
"chips":{"type":["integer","null"]},"chip_sensors":{"$ref":"#/components/schemas/Sensors"},
"board_sensors":{"$ref":"#/components/schemas/Sensors"}}})"},
    NamedSchema{"Miner", R"({"type":"object","required":["ip","id","discovery","state",
"state_since","up","last_seen","identity","labels","values","boards","fans","pools","collectors",
"work_mode","thresholds","last_error","counters"],"properties":{
"ip":{"type":"string"},"id":{"type":"string"},"discovery":{"type":"string"},
"state":{"$ref":"#/components/schemas/State"},
"state_since":{"$ref":"#/components/schemas/OptionalDate"},"up":{"type":"boolean"},
"mining":{"type":["boolean","null"]},"mining_since":{"$ref":"#/components/schemas/OptionalDate"},
"last_seen":{"$ref":"#/components/schemas/OptionalDate"},
"last_poll_seconds":{"$ref":"#/components/schemas/Optional"},
"identity":{"type":"object","additionalProperties":{"type":"string"}},
"labels":{"type":"object","additionalProperties":{"type":"string"}},
"values":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Sourced"}},
"boards":{"type":"array","items":{"$ref":"#/components/schemas/Board"}},
"fans":{"type":"array","items":{"type":"object","required":["fan","rpm"],"properties":{
"fan":{"type":"integer"},"rpm":{"type":"number"}}}},
"pools":{"type":"array","items":{"$ref":"#/components/schemas/Pool"}},
"collectors":{"type":"object","additionalProperties":{"type":"boolean"}},
"work_mode":{"type":["string","null"]},
"thresholds":{"type":"object","additionalProperties":{"type":["number","null"]}},
"last_error":{"type":["object","null"],"properties":{"reason":{"type":"string"},
"detail":{"type":"string"}}},
"maintenance":{"oneOf":[{"$ref":"#/components/schemas/Maintenance"},{"type":"null"}]},
"pool_check":{"type":["object","null"],"description":"Against pools.allowed_*; accounts masked.",
"required":["unexpected","target","before"],"properties":{"unexpected":{"type":"boolean"},
"target":{"type":"string"},"before":{"type":"string"}}},
"counters":{"type":"object","description":"Energy of a kind that was never told is null.",
"additionalProperties":{"type":["number","null"]}}}})"},
    NamedSchema{"Maintenance", R"({"type":"object",
"required":["id","miner","rack","site","reason","by","begin","end"],"properties":{
"id":{"type":"integer","minimum":1},"miner":{"type":["string","null"]},
"rack":{"type":["string","null"]},"site":{"type":["string","null"]},"reason":{"type":"string"},
"by":{"type":"string"},"begin":{"$ref":"#/components/schemas/Date"},
"end":{"$ref":"#/components/schemas/Date"}},"additionalProperties":false})"},
    NamedSchema{"MaintenanceList", R"({"type":"object","required":["ok","maintenance"],
"properties":{"ok":{"const":true},"maintenance":{"type":"array",
"items":{"$ref":"#/components/schemas/Maintenance"}}}})"},
    NamedSchema{"MaintenanceBegun", R"({"type":"object","required":["ok","maintenance"],
"properties":{"ok":{"const":true},"maintenance":{"$ref":"#/components/schemas/Maintenance"}}})"},
    NamedSchema{
        "MaintenanceRequest",
        R"({"type":"object","description":"Exactly one of miner, rack and site; site may stand beside rack.",
"required":["minutes"],"properties":{"miner":{"type":"string","description":"Id or address"},
"rack":{"type":"string"},"site":{"type":"string"},
"minutes":{"type":"integer","minimum":1,"maximum":10080},
"reason":{"type":"string","maxLength":300}},"additionalProperties":false})"},
    NamedSchema{"Done",
                R"({"type":"object","required":["ok"],"properties":{"ok":{"const":true}}})"},
    NamedSchema{"Series", R"({"type":"object",
"required":["metric","unit","step","from","to","points"],"properties":{
"metric":{"type":"string"},"unit":{"type":"string"},"step":{"enum":["raw","5m","1h","1d"]},
"from":{"$ref":"#/components/schemas/Date"},"to":{"$ref":"#/components/schemas/Date"},
"points":{"type":"array","items":{"type":"object",
"required":["time","mean","min","max","last","samples","coverage"],"properties":{
"time":{"$ref":"#/components/schemas/Date"},"mean":{"type":"number"},"min":{"type":"number"},
"max":{"type":"number"},"last":{"type":"number"},"samples":{"type":"integer","minimum":1},
"coverage":{"type":"number","minimum":0,"maximum":1}}}}}})"},
    NamedSchema{
        "Profitability",
        R"({"type":"object","description":"Money is in `currency`. What misses an input is null; `missing` names it.","required":["timestamp","miner_ip",
"miner_count","currency","btc_price_usd","network_difficulty","hashrate_ths","power_w",
"power_cost_usd_per_kwh","daily_power_kwh","daily_power_cost_usd","estimated_btc_per_day",
"estimated_revenue_usd_per_day","daily_profit_usd","profit_margin_pct","break_even_btc_price",
"efficiency_j_per_th","monthly_profit_usd","yearly_profit_usd","monthly_btc","yearly_btc",
"pool_fee_pct","block_subsidy_btc","block_fees_btc"],"properties":{
"timestamp":{"$ref":"#/components/schemas/Date"},"miner_ip":{"type":["string","null"]},
"miner_count":{"type":"integer","minimum":0,"description":"SHA-256 miners that answered lately"},
"miners_not_answering":{"type":"integer","minimum":0},
"miners_other_algorithm":{"type":"integer","minimum":0},
"miners_power_unknown":{"type":"integer","minimum":0},"currency":{"type":"string"},
"price_source":{"type":["string","null"]},"difficulty_source":{"type":["string","null"]},
"missing":{"type":"array","items":{"type":"string"}}},
"additionalProperties":{"type":["number","null"]}})"},
    NamedSchema{"ProfitNow", R"({"type":"object","required":["ok","profitability"],"properties":{
"ok":{"const":true},"message":{"type":"string"},
"profitability":{"$ref":"#/components/schemas/Profitability"}}})"},
    NamedSchema{"ProfitHistory", R"({"type":"object","required":["ok","count","history"],
"properties":{"ok":{"const":true},"count":{"type":"integer","minimum":0},"history":{"type":"array",
"items":{"$ref":"#/components/schemas/Profitability"}}}})"},
    NamedSchema{"Ledger", R"({"type":"object","required":["ok","count","ledger"],
"properties":{"ok":{"const":true},"count":{"type":"integer","minimum":0},"ledger":{"type":"array",
"items":{"type":"object","required":["day","currency","miner_ip","miner","hashes","energy","kwh",
"cost","btc","revenue","profit","verified","inputs"],"properties":{
"day":{"type":"string","description":"in profitability.timezone"},"currency":{"type":"string"},
"miner_ip":{"type":"string"},"miner":{"type":"string"},
"hashing_seconds":{"type":"number","minimum":0},"hashes":{"type":"number","minimum":0},
"energy":{"type":"array","items":{"type":"object","required":["price_per_kwh","kwh"],"properties":{
"price_per_kwh":{"type":"number"},"kwh":{"type":"number","minimum":0}}}},
"kwh":{"type":"number","minimum":0},"cost":{"type":"number"},
"btc":{"$ref":"#/components/schemas/Optional"},"revenue":{"$ref":"#/components/schemas/Optional"},
"profit":{"$ref":"#/components/schemas/Optional"},
"verified":{"type":"boolean","description":"The result follows from the inputs."},
"inputs":{"type":"object","additionalProperties":{"type":["number","string","null"]}}}}}}})"},
    NamedSchema{"Price", R"({"type":"object","required":["ok","btc_price_usd","currency",
"timestamp","source","age_seconds","stale"],"properties":{"ok":{"const":true},
"btc_price_usd":{"type":"number"},"currency":{"type":"string"},
"timestamp":{"$ref":"#/components/schemas/Date"},"source":{"type":"string"},
"age_seconds":{"$ref":"#/components/schemas/Optional"},"stale":{"type":"boolean"}}})"},
    NamedSchema{"Difficulty", R"({"type":"object","required":["ok","network_difficulty",
"timestamp","source","age_seconds","stale"],"properties":{"ok":{"const":true},
"network_difficulty":{"type":"number"},"timestamp":{"$ref":"#/components/schemas/Date"},
"source":{"type":"string"},"age_seconds":{"$ref":"#/components/schemas/Optional"},
"stale":{"type":"boolean"},"block_height":{"$ref":"#/components/schemas/Optional"},
"block_subsidy_btc":{"$ref":"#/components/schemas/Optional"},
"block_fees_btc":{"$ref":"#/components/schemas/Optional"}}})"},
    NamedSchema{"PriceHistory", R"({"type":"object","required":["ok","points","last","updated"],
"properties":{"ok":{"const":true},"points":{"type":"array","items":{"type":"object",
"required":["x","y"],"properties":{"x":{"type":"integer","description":"Unix time in ms"},
"y":{"type":"number"}}}},"last":{"type":"number"},"currency":{"type":"string"},
"updated":{"$ref":"#/components/schemas/Date"}}})"},
    NamedSchema{"Started", R"({"type":"object","required":["ok","status"],"properties":{
"ok":{"const":true},"status":{"type":"string"}}})"},
    NamedSchema{"Backup", R"({"type":"object","required":["ok","file","files"],"properties":{
"ok":{"const":true},"file":{"type":"string"},"files":{"type":"array","items":{"type":"string"}}}})"},
    NamedSchema{"Reloaded", R"({"type":"object","required":["ok","restart_needed"],"properties":{
"ok":{"const":true},"restart_needed":{"type":"array","items":{"type":"string"}}}})"},
    NamedSchema{"RouteList", R"({"type":"array","items":{"type":"object",
"required":["rule","methods","endpoint"],"properties":{"rule":{"type":"string"},
"methods":{"type":"array","items":{"type":"string"}},"endpoint":{"type":"string"}}}})"},
    NamedSchema{"Anything", R"({"type":"object"})"},
    NamedSchema{"AnyList", R"({"type":"array","items":{"type":"object"}})"},
};

}  // namespace

std::vector<NamedSchema> AllSchemas() {
  std::vector<NamedSchema> all(kSchemas.begin(), kSchemas.end());
  const auto control = ControlSchemas();
  all.insert(all.end(), control.begin(), control.end());
  return all;
}

}  // namespace antx
