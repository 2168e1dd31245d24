// antminer_exporter: see app/main_program.h.
#include "app/main_program.h"

int main(int argc, char** argv) { return antx::RunProgram(argc, argv); }
