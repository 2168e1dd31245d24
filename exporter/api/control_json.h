// Plans, runs and the audit as JSON. Passwords of pools never appear.
#pragma once

#include "api/http_types.h"
#include "api/json_writer.h"
#include "model/control.h"

namespace antx {

void WritePlan(const ControlPlan& plan, JsonWriter& json);
void WriteRun(const RunReport& run, JsonWriter& json);
void WriteRunSummary(const RunSummary& run, JsonWriter& json);
void WriteStep(const StepReport& step, JsonWriter& json);
void WriteAuditRow(const AuditRow& row, JsonWriter& json);

/// The answer to a request that comes to nothing; with Retry-After where time helps.
[[nodiscard]] HttpResponse FaultResponse(const ControlFault& fault);

}  // namespace antx
