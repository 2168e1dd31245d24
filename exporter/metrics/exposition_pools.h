// The families of pools: what each writes of one miner.
#pragma once

#include "metrics/family_writers.h"

namespace antx::pool_families {

void Up(const MinerPage& at);
void Active(const MinerPage& at);
void Priority(const MinerPage& at);
void ActiveRank(const MinerPage& at);
void CountUp(const MinerPage& at);
void Facts(const MinerPage& at);
void Accepted(const MinerPage& at);
void Rejected(const MinerPage& at);
void Stale(const MinerPage& at);
void DifficultyAccepted(const MinerPage& at);
void LastShare(const MinerPage& at);
void ShareDifficulty(const MinerPage& at);
void Failures(const MinerPage& at);
void Unexpected(const MinerPage& at);
void UnexpectedInfo(const MinerPage& at);
void Workers(const MinerPage& at);

}  // namespace antx::pool_families
