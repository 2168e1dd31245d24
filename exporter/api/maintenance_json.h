// One maintenance as JSON: the list of all and the page of a miner show the same.
#pragma once

#include "api/json_writer.h"
#include "model/maintenance.h"

namespace antx {

void WriteMaintenance(const MaintenanceEntry& entry, JsonWriter& json);

}  // namespace antx
