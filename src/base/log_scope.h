#pragma once

#include <string_view>

namespace holdfast {

// Takes what a log line says besides its text. Names are literals; values may be anybody's, each format
// escapes them.
class LogFields {
 public:
  virtual ~LogFields() = default;
  virtual void text(std::string_view name, std::string_view value) = 0;
  virtual void number(std::string_view name, double value) = 0;
};

// What a log line is about, asked only when one is written.
class LogContext {
 public:
  virtual ~LogContext() = default;
  virtual void describe(LogFields& out) const = 0;
};

// While it lives, every line that this thread logs is also about `context`, which outlives it. Scopes nest.
class LogScope {
 public:
  explicit LogScope(const LogContext& context) : context_(context), outer_(innermost_) { innermost_ = this; }
  ~LogScope() { innermost_ = outer_; }
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

  // All that the scopes of this thread say, the outermost first. For the format of the lines.
  static void describe(LogFields& out) { describe(innermost_, out); }

 private:
  static void describe(const LogScope* scope, LogFields& out) {
    if (scope == nullptr) return;
    describe(scope->outer_, out);
    scope->context_.describe(out);
  }

  const LogContext& context_;
  const LogScope* const outer_;
  static inline thread_local const LogScope* innermost_ = nullptr;
};

}  // namespace holdfast
