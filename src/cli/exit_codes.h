#pragma once

namespace holdfast::cli {

// Exit codes of every subcommand (api.md section 4; the numbers follow sysexits.h where it has one). `run`
// otherwise exits with its command's code.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,
  kExitUsage = 64,
  kExitUnreachable = 69,  // no server, or none that can decide
  kExitNotAcquired = 75,
  kExitNotPermitted = 77,
  kExitLost = 79,            // `run` only: the lock was lost
  kExitNotExecutable = 126,  // `run` only, as shells do
  kExitNotFound = 127,       // `run` only, as shells do
  kExitSignalBase = 128,     // `run` only: plus the number of the signal that ended it
};

}  // namespace holdfast::cli
