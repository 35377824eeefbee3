#include "cli/run/child.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "cli/exit_codes.h"
#include "cli/run/descriptors.h"

extern char** environ;

namespace holdfast::cli {
namespace {

// The places where a program of that name may be, in the order of PATH.
std::vector<std::string> candidates(const std::string& program) {
  if (program.find('/') != std::string::npos) return {program};
  const char* variable = std::getenv("PATH");
  const std::string path = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  std::vector<std::string> places;
  for (std::size_t begin = 0; !program.empty() && begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string folder = path.substr(begin, end - begin);
    places.push_back((folder.empty() ? "." : folder) + "/" + program);
    begin = end + 1;
  }
  return places;
}

std::vector<std::string> merged_environment(const ChildSpec& spec) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : spec.environment) replaced |= text.starts_with(name + "=");
    if (!replaced) merged.push_back(text);
  }
  for (const auto& [name, value] : spec.environment) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Everything the new process needs, made before fork: after it, in a program with threads, nothing may
// allocate memory.
struct Prepared {
  explicit Prepared(const ChildSpec& spec)
      : places(candidates(spec.command.front())),
        arguments(spec.command),
        environment(merged_environment(spec)),
        argv(pointers(arguments)),
        envp(pointers(environment)) {}

  std::vector<std::string> places;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::vector<char*> argv;
  std::vector<char*> envp;
};

// Runs in the new process; returns errno when no program could be started.
int become_command(const ChildSpec& spec, const Prepared& prepared, const sigset_t& mask, pid_t parent) {
  ::setpgid(0, 0);
  if (spec.foreground) ::tcsetpgrp(STDIN_FILENO, ::getpid());
  if (spec.die_with_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(kExitFailure);  // it died before the line above
  }
  close_others_on_exec(spec.descriptors);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  int error = ENOENT;
  for (const auto& place : prepared.places) {
    ::execve(place.c_str(), prepared.argv.data(), prepared.envp.data());
    if (errno == ENOENT || errno == ENOTDIR) continue;
    error = errno;
    if (error != EACCES) break;  // as shells: a file that may not be run does not end the search
  }
  return error;
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? kExitSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<Child> Child::start(const ChildSpec& spec, const SignalSource& signals) {
  HOLDFAST_ASSERT(!spec.command.empty());
  const Prepared prepared(spec);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return errno_error("pipe", errno);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    const int error = errno;
    ::close(report[0]);
    ::close(report[1]);
    return errno_error("fork", error);
  }
  if (pid == 0) {
    const int error = become_command(spec, prepared, signals.original_mask(), parent);
    const auto written = ::write(report[1], &error, sizeof error);
    ::_exit(written == sizeof error ? kExitNotFound : kExitFailure);
  }
  ::setpgid(pid, pid);  // whoever comes first; a signal must find the group from now on
  ::close(report[1]);
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(report[0], &error, sizeof error);  // ends when execve closed the other end
  } while (got < 0 && errno == EINTR);
  ::close(report[0]);
  if (got == sizeof error) {
    ::waitpid(pid, nullptr, 0);
    return errno_error("cannot run " + spec.command.front(), error);
  }
  return Child(pid);
}

void Child::signal(int number) const {
  ::kill(-pid_, number);
}

std::optional<int> Child::reap(bool& stopped) {
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
    if (pid != pid_) continue;
    if (WIFSTOPPED(status)) {
      stopped = true;
    } else {
      exit_code_ = exit_code_of(status);
    }
  }
  return exit_code_;
}

bool Child::group_is_empty() const {
  siginfo_t info{};
  return ::waitid(P_PGID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 &&
         errno == ECHILD;
}

}  // namespace holdfast::cli
