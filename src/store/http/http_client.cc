#include "store/http/http_client.h"

#include <algorithm>
#include <csignal>
#include <ctime>

#include <curl/curl.h>

#include "base/assert.h"
#include "store/http/curl_exchange.h"

namespace holdfast::store {
namespace {

using Clock = std::chrono::steady_clock;

void initialise_curl_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_ALL);
  HOLDFAST_ASSERT(code == CURLE_OK);
}

constexpr int kLongestPollMs = 60'000;

int poll_ms(std::optional<Clock::time_point> deadline) {
  if (!deadline) return kLongestPollMs;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, kLongestPollMs));
}

// Writing to a TLS connection that the peer has closed raises SIGPIPE, which would end the program. Blocked
// on this thread for the time of an exchange, and forgotten if it came; the process's own handling stays as
// it is.
class SigpipeShield {
 public:
  SigpipeShield() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &old_);
  }
  ~SigpipeShield() {
    const timespec at_once{};
    if (!was_pending_) sigtimedwait(&pipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
  }
  SigpipeShield(const SigpipeShield&) = delete;
  SigpipeShield& operator=(const SigpipeShield&) = delete;

 private:
  sigset_t pipe_;
  sigset_t old_;
  bool was_pending_;
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &HttpHeader::name);
  return found == headers.end() ? std::string_view{} : found->value;
}

struct HttpClient::Handles {
  Handles() {
    initialise_curl_once();
    easy = curl_easy_init();
    multi = curl_multi_init();
    HOLDFAST_ASSERT(easy != nullptr && multi != nullptr);
  }
  ~Handles() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  CURL* easy;
  CURLM* multi;  // owns the kept connections
};

HttpClient::HttpClient(HttpSettings settings)
    : settings_(std::move(settings)), handles_(std::make_unique<Handles>()) {}

HttpClient::~HttpClient() = default;

void HttpClient::close_connections() {
  handles_ = std::make_unique<Handles>();
}

Result<HttpResponse> HttpClient::send(const HttpRequest& request, std::stop_token stop) {
  std::optional<Clock::time_point> deadline;
  if (request.timeout) deadline = Clock::now() + *request.timeout;

  const SigpipeShield shield;
  CURLM* const multi = handles_->multi;
  CURL* const easy = handles_->easy;
  CurlExchange exchange(easy, settings_, request);
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  HOLDFAST_ASSERT(curl_multi_add_handle(multi, easy) == CURLM_OK);
  struct Removal {
    CURLM* multi;
    CURL* easy;
    ~Removal() { curl_multi_remove_handle(multi, easy); }  // closes the connection of an unfinished transfer
  } const removal{multi, easy};

  for (;;) {
    if (stop.stop_requested()) return exchange.error(HttpErrc::cancelled, "");
    int running = 0;
    HOLDFAST_ASSERT(curl_multi_perform(multi, &running) == CURLM_OK);
    int queued = 0;
    if (const CURLMsg* message = curl_multi_info_read(multi, &queued); message != nullptr) {
      return exchange.finish(message->data.result);
    }
    if (deadline && Clock::now() >= *deadline) {
      return exchange.error(exchange.request_was_sent() ? HttpErrc::timed_out : HttpErrc::unreachable,
                            "no answer in time");
    }
    HOLDFAST_ASSERT(curl_multi_poll(multi, nullptr, 0, poll_ms(deadline), nullptr) == CURLM_OK);
  }
}

}  // namespace holdfast::store
