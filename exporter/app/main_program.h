// From arguments to exit code: reads the settings once, then does what was asked.
#pragma once

namespace antx {

/// Exit codes: 0 done or stopped by a signal, 1 bad settings or a failed start, 2 bad usage.
int RunProgram(int argc, char** argv);

}  // namespace antx
