// The families of fans: what each writes of one miner.
#pragma once

#include "metrics/family_writers.h"

namespace antx::fan_families {

void Each(const MinerPage& at);
void Count(const MinerPage& at);
void Slowest(const MinerPage& at);
void Fastest(const MinerPage& at);

}  // namespace antx::fan_families
