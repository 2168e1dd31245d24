// Schemas of commands to miners: bodies and answers.
#include <array>

#include "api/openapi.h"

namespace antx {
namespace {

constexpr std::array kSchemas = {
    NamedSchema{"ControlReason", R"({"type":"object","properties":{
"reason":{"type":["string","null"],"description":"Why; stands in the audit."}},
"additionalProperties":false})"},
    NamedSchema{"ControlFilter", R"({"type":"object","description":"Miners that fit all of these.",
"properties":{"site":{"type":"string"},"rack":{"type":"string"},"model":{"type":"string"},
"firmware":{"type":"string"},"state":{"$ref":"#/components/schemas/State"}},
"additionalProperties":false})"},
    NamedSchema{"ControlLimitValues", R"({"type":"object","description":
"Only stricter than the settings; what is absent is as the settings say.","properties":{
"miners_per_second":{"type":"number"},"kilowatts_per_minute":{"type":"number"},
"max_share_of_rack":{"type":"number"},"max_share_of_site":{"type":"number"},
"canary":{"type":"integer"},"canary_wait_seconds":{"type":"number"},
"stop_when_failed_percent":{"type":"number"}},"additionalProperties":false})"},
    NamedSchema{"ControlLimits", R"({"type":"object","properties":{
"limits":{"$ref":"#/components/schemas/ControlLimitValues"},"reason":{"type":["string","null"]}},
"additionalProperties":false})"},
    NamedSchema{"ControlMiners", R"({"type":"object","description":"miners or filter.",
"properties":{"miners":{"type":"array","items":{"type":"string"}},
"filter":{"$ref":"#/components/schemas/ControlFilter"},
"limits":{"$ref":"#/components/schemas/ControlLimitValues"},
"reason":{"type":["string","null"]}},"additionalProperties":false})"},
    NamedSchema{"ControlBlink", R"({"type":"object","required":["on"],"properties":{
"on":{"type":"boolean"},"miners":{"type":"array","items":{"type":"string"}},
"filter":{"$ref":"#/components/schemas/ControlFilter"},
"limits":{"$ref":"#/components/schemas/ControlLimitValues"},
"reason":{"type":["string","null"]}},"additionalProperties":false})"},
    NamedSchema{"ControlWorkMode", R"({"type":"object","required":["mode"],"properties":{
"mode":{"type":"string","description":"In the firmware's own words."},
"miners":{"type":"array","items":{"type":"string"}},
"filter":{"$ref":"#/components/schemas/ControlFilter"},
"limits":{"$ref":"#/components/schemas/ControlLimitValues"},
"reason":{"type":["string","null"]}},"additionalProperties":false})"},
    NamedSchema{"PoolEntry", R"({"type":"object","required":["url","username","password"],
"properties":{"url":{"type":"string"},"username":{"type":"string"},
"password":{"type":"string"}},"additionalProperties":false})"},
    NamedSchema{"ControlPool", R"({"type":"object","description":
"One pool by url, username, password, or a list of up to 3 in the order of priority.","properties":{
"url":{"type":"string"},"username":{"type":"string"},"password":{"type":"string"},
"pools":{"type":"array","items":{"$ref":"#/components/schemas/PoolEntry"}},
"miners":{"type":"array","items":{"type":"string"}},
"filter":{"$ref":"#/components/schemas/ControlFilter"},
"limits":{"$ref":"#/components/schemas/ControlLimitValues"},
"reason":{"type":["string","null"]}},"additionalProperties":false})"},
    NamedSchema{"WorkerPool", R"({"type":"object","properties":{"url":{"type":"string"},
"username":{"type":"string"},"password":{"type":"string"},
"pools":{"type":"array","items":{"$ref":"#/components/schemas/PoolEntry"}},
"reason":{"type":["string","null"]}},"additionalProperties":false})"},
    NamedSchema{"ControlPlanRequest", R"({"type":"object","required":["verb"],"description":
"A verb with its fields, and miners or filter.","properties":{
"verb":{"enum":["restart","reboot","blink","sleep","wake","work_mode","pool"]},
"on":{"type":"boolean"},"mode":{"type":"string"},"url":{"type":"string"},
"username":{"type":"string"},"password":{"type":"string"},
"pools":{"type":"array","items":{"$ref":"#/components/schemas/PoolEntry"}},
"miners":{"type":"array","items":{"type":"string"}},
"filter":{"$ref":"#/components/schemas/ControlFilter"},
"reason":{"type":["string","null"]}},"additionalProperties":false})"},
    NamedSchema{"WorkerSummary", R"({"type":"object","required":["ip","worker","model","firmware",
"hashrate_5s","hashrate_avg","temperature","pools"],"properties":{"ip":{"type":"string"},
"worker":{"type":"string"},"model":{"type":["string","null"]},
"firmware":{"type":["string","null"]},
"hashrate_5s":{"type":["number","null"],"description":"GH/s"},
"hashrate_avg":{"type":["number","null"],"description":"GH/s, since the miner began"},
"temperature":{"type":["number","null"],"description":"degrees C"},
"pools":{"type":"array","items":{"type":"string"}}},"additionalProperties":false})"},
    NamedSchema{"ControlStep", R"({"type":"object","required":["miner","ip","state","verdict",
"sent","detail","back","began","ended"],"properties":{"miner":{"type":"string"},
"ip":{"type":"string"},
"state":{"enum":["planned","sending","finished","skipped","interrupted","cancelled"]},
"verdict":{"enum":["done","unsupported","no_login","denied","refused","no_answer","not_verified",
"cancelled",null]},"sent":{"type":"boolean"},"detail":{"type":"string"},
"back":{"enum":["never","waiting","back","missing"]},
"began":{"$ref":"#/components/schemas/OptionalDate"},
"ended":{"$ref":"#/components/schemas/OptionalDate"}},"additionalProperties":false})"},
    NamedSchema{"CommandIssued", R"({"type":"object","required":["status","response"],"properties":{
"status":{"enum":["reset issued","reboot issued","pool updated","pool update issued"]},
"new_pool":{"type":"object","required":["url","username","password"],"properties":{
"url":{"type":"string"},"username":{"type":"string"},"password":{"const":"***"}},
"additionalProperties":false},
"response":{"type":"object","required":["run","step"],"description":
"Without a verdict: it was not seen to work yet; the run tells later.","properties":{
"run":{"type":"integer"},"step":{"$ref":"#/components/schemas/ControlStep"}},
"additionalProperties":false}},"additionalProperties":false})"},
    NamedSchema{"ControlCommand", R"({"type":"object","required":["verb"],"properties":{
"verb":{"type":"string"},"on":{"type":"boolean"},"mode":{"type":"string"},
"pools":{"type":"array","items":{"type":"object","required":["url","username","password"],
"properties":{"url":{"type":"string"},"username":{"type":"string"},
"password":{"const":"***"}}}}},"additionalProperties":false})"},
    NamedSchema{"ControlPlanned", R"({"type":"object","required":["ok","plan"],"properties":{
"ok":{"const":true},"plan":{"type":"object","required":["id","created","expires","command",
"miners","skipped","hashrate_ths","hashrate_unknown","power_w","power_unknown",
"money_per_hour"],"properties":{"id":{"type":"integer"},
"created":{"$ref":"#/components/schemas/Date"},"expires":{"$ref":"#/components/schemas/Date"},
"command":{"$ref":"#/components/schemas/ControlCommand"},
"miners":{"type":"array","items":{"type":"object","required":["miner","ip","model","site","rack",
"hashrate_ths","power_w"],"properties":{"miner":{"type":"string"},"ip":{"type":"string"},
"model":{"type":"string"},"site":{"type":"string"},"rack":{"type":"string"},
"hashrate_ths":{"$ref":"#/components/schemas/Optional"},
"power_w":{"$ref":"#/components/schemas/Optional"}}}},
"skipped":{"type":"array","items":{"type":"object","required":["miner","ip","reason","detail"],
"properties":{"miner":{"type":"string"},"ip":{"type":"string"},"reason":{"enum":["unsupported",
"no_login","denied","refused","offline","api_down","busy","already_so","maintenance"]},
"detail":{"type":"string"}}}},
"hashrate_ths":{"$ref":"#/components/schemas/Optional"},"hashrate_unknown":{"type":"integer"},
"power_w":{"$ref":"#/components/schemas/Optional"},"power_unknown":{"type":"integer"},
"money_per_hour":{"type":["object","null"],"required":["currency","revenue","power_cost","profit",
"miners_unknown"],"properties":{"currency":{"type":["string","null"]},
"revenue":{"$ref":"#/components/schemas/Optional"},
"power_cost":{"$ref":"#/components/schemas/Optional"},
"profit":{"$ref":"#/components/schemas/Optional"},"miners_unknown":{"type":"integer"}}}}}}})"},
    NamedSchema{"ControlBegun", R"({"type":"object","required":["ok","run","report"],"properties":{
"ok":{"const":true},"run":{"type":"integer"},
"report":{"type":"string","description":"Where the report is."}}})"},
    NamedSchema{"ControlRunState", R"({"enum":["running","paused","finished","stopped",
"failed"]})"},
    NamedSchema{"ControlRuns", R"({"type":"object","required":["ok","runs"],"properties":{
"ok":{"const":true},"runs":{"type":"array","items":{"type":"object","required":["id","verb","by",
"reason","state","why","created","ended","miners","done","failed","open"],"properties":{
"id":{"type":"integer"},"verb":{"type":"string"},"by":{"type":"string"},
"reason":{"type":"string"},"state":{"$ref":"#/components/schemas/ControlRunState"},
"why":{"type":"string"},"created":{"$ref":"#/components/schemas/Date"},
"ended":{"$ref":"#/components/schemas/OptionalDate"},"miners":{"type":"integer"},
"done":{"type":"integer"},"failed":{"type":"integer"},"open":{"type":"integer"}}}}}})"},
    NamedSchema{"ControlRun", R"({"type":"object","required":["ok","run"],"properties":{
"ok":{"const":true},"run":{"type":"object","required":["id","plan","command","limits","by","from",
"reason","state","why","created","ended","miners"],"properties":{"id":{"type":"integer"},
"plan":{"type":"integer"},"command":{"$ref":"#/components/schemas/ControlCommand"},
"limits":{"$ref":"#/components/schemas/ControlLimitValues"},"by":{"type":"string"},
"from":{"type":"string"},"reason":{"type":"string"},
"state":{"$ref":"#/components/schemas/ControlRunState"},"why":{"type":"string"},
"created":{"$ref":"#/components/schemas/Date"},
"ended":{"$ref":"#/components/schemas/OptionalDate"},
"miners":{"type":"array","items":{"$ref":"#/components/schemas/ControlStep"}}}}}})"},
    NamedSchema{"ControlAudit", R"({"type":"object","required":["ok","rows"],"properties":{
"ok":{"const":true},"rows":{"type":"array","items":{"type":"object","required":["id","time","by",
"from","action","phase","target","what","reason","result","detail","run","previous_hash","hash"],
"properties":{"id":{"type":"integer"},"time":{"$ref":"#/components/schemas/Date"},
"by":{"type":"string"},"from":{"type":"string"},"action":{"type":"string"},
"phase":{"enum":["requested","outcome","refused"]},"target":{"type":"string"},
"what":{"type":"string"},"reason":{"type":"string"},"result":{"type":"string"},
"detail":{"type":"string"},"run":{"type":["integer","null"]},"previous_hash":{"type":"string"},
"hash":{"type":"string"}}}}}})"},
};

}  // namespace

std::span<const NamedSchema> ControlSchemas() { return kSchemas; }

}  // namespace antx
