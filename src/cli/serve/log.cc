#include "cli/serve/log.h"

#include <memory>
#include <string>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "api/http/json_writer.h"

namespace holdfast::cli {
namespace {

std::string_view view(spdlog::string_view_t text) {
  return {text.data(), text.size()};
}

// One JSON object a line, for log collectors: {"at":…,"level":…,"text":…}.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    line_.clear();
    api::http::JsonWriter json(line_);
    json.begin_object();
    json.member("at", std::chrono::time_point_cast<lock::Millis>(message.time));
    json.member("level", view(spdlog::level::to_string_view(message.level)));
    json.member("text", view(message.payload));
    json.end_object();
    line_ += '\n';
    out.append(line_.data(), line_.data() + line_.size());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonFormatter>(); }

 private:
  std::string line_;
};

}  // namespace

void start_log(bool as_json, std::string_view level) {
  auto logger =
      std::make_shared<spdlog::logger>("holdfast", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (as_json) {
    logger->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
  }
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  set_log_level(level);
}

void set_log_level(std::string_view level) {
  spdlog::default_logger()->set_level(spdlog::level::from_str(std::string(level)));
}

}  // namespace holdfast::cli
