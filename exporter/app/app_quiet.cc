// Silences and maintenance: how they are wired.
#include <boost/asio/post.hpp>
#include <utility>

#include "app/app.h"

namespace antx {

/// Before the server starts, since its handlers use the book. Nothing is opened unless control is
/// enabled.
void App::OpenQuiet() {
  const auto config = CurrentConfig();
  if (!config->control.enabled) return;
  MaintenanceKeeper::Hooks hooks;
  hooks.silence = [this](const MaintenanceEntry& entry) {
    SilenceScope scope;
    if (!entry.miner.empty()) scope.miners.push_back(entry.miner);
    scope.rack = entry.rack;
    scope.site = entry.site;
    const std::string why = entry.reason.empty() ? "" : ": " + entry.reason;
    silencer_->BeginScope(MaintenanceKey(entry.id), scope, entry.end,
                          "maintenance of " + MaintenanceTarget(entry) + " by " + entry.by + why);
  };
  hooks.unsilence = [this](const std::string& key) { silencer_->End(key); };
  hooks.tell = [this](const Event& event) {
    boost::asio::post(io_, [this, event] { OnEvent(event); });
  };
  hooks.changed = [this](const MaintenanceList& list) {
    boost::asio::post(io_, [this, list] { tracker_.Maintain(list); });
  };
  std::string fault;
  maintenance_ = std::make_unique<MaintenanceKeeper>(MaintenanceStorePath(config->storage), clock_,
                                                     std::move(hooks), fault);
  if (!fault.empty()) log_.Error("control", fault + "; no maintenance can be announced");
  const auto count = [this](std::string_view result) { self_.SilenceTold(result); };
  silencer_ = std::make_unique<Silencer>(
      Silencer::Parts{clock_, log_, count, maintenance_->instance()}, config);
  api_.maintenance = maintenance_.get();
  ReloadQuiet();
}

/// New settings, or the first ones.
void App::ReloadQuiet() {
  const auto config = CurrentConfig();
  if (!silencer_) {
    if (config->control.enabled) {
      log_.Warn("control",
                "control.enabled was switched on: silences and maintenance begin at "
                "the next start");
    }
    return;
  }
  if (!config->control.alertmanager_url.empty()) self_.SilencesEnabled(kSilenceResults);
  silencer_->Configure(config);
  maintenance_->Resume();
}

}  // namespace antx
