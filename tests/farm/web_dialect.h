// The pages of the simulated web side: one function a dialect, in the shapes of
// exporter/antminer/PROTOCOL.md.
#pragma once

#include <string>

#include "farm/fleet.h"
#include "farm/web_http.h"

namespace antx::farm {

/// The answer of a machine to one request; counts, checks the login, records writes.
[[nodiscard]] WebResponse AnswerWeb(Fleet::Member& member, double now, const WebRequest& request);

/// What a request of ePIC on the port of the API gets, as bytes; "" : the connection dies.
/// Whether a request on that port has come in full.
[[nodiscard]] bool IsWholeRequest(std::string_view request);
[[nodiscard]] std::string AnswerEpicOnApiPort(Fleet::Member& member, double now,
                                              std::string_view request);

// One function a dialect. `path` is without its query.
[[nodiscard]] WebResponse StockPage(Fleet::Member& member, const Moment& moment, double now,
                                    const WebRequest& request, std::string_view path);
[[nodiscard]] WebResponse OldStockPage(Fleet::Member& member, const Moment& moment, double now,
                                       const WebRequest& request, std::string_view path);
[[nodiscard]] WebResponse VnishPage(Fleet::Member& member, const Moment& moment, double now,
                                    const WebRequest& request, std::string_view path);
[[nodiscard]] WebResponse BraiinsPage(Fleet::Member& member, const Moment& moment, double now,
                                      const WebRequest& request, std::string_view path);
[[nodiscard]] WebResponse EpicPage(Fleet::Member& member, const Moment& moment, double now,
                                   const WebRequest& request, std::string_view path);
[[nodiscard]] WebResponse MarathonPage(Fleet::Member& member, const Moment& moment, double now,
                                       const WebRequest& request, std::string_view path);

[[nodiscard]] WebResponse NotFound();
/// Applies a change at once, later or never, as the faults say; records it before.
/// `change` is run on the member.
void Write(Fleet::Member& member, double now, const WebRequest& request, std::string_view path,
           const std::function<void(Fleet::Member&)>& change);
/// The mining process restarts: the API is away for a moment.
void RestartMining(Fleet::Member& member, double now);
/// The device restarts: the web side is away too.
void RebootDevice(Fleet::Member& member, double now);
/// "02:00:7f:0a:00:01"
[[nodiscard]] std::string MacOf(const VirtualMiner& miner);
/// "miner-0-1"
[[nodiscard]] std::string HostnameOf(const VirtualMiner& miner);
[[nodiscard]] std::string SerialOf(const VirtualMiner& miner);

}  // namespace antx::farm
