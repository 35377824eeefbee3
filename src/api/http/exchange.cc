#include "api/http/exchange.h"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <fmt/format.h>

#include "api/http/browser_guard.h"
#include "api/http/cors.h"
#include "api/http/forwarded.h"
#include "api/http/handlers.h"
#include "api/http/json_reader.h"
#include "api/http/lock_json.h"
#include "api/http/problem.h"
#include "api/http/response.h"
#include "api/http/routes.h"
#include "base/assert.h"

namespace holdfast::api::http {
namespace {

using service::Code;
using service::Fault;

// A body that is larger than this gives its memory back after the reply.
constexpr std::size_t kKeptBodyBytes = 256 << 10;

// Of all connections together; with the largest bodies and replies there are, half a gigabyte.
constexpr std::size_t kMostBurdens = 32;

// Bodies are JSON. What curl says of a body when nobody tells it is taken for JSON too: pages that could send
// it were turned away before (browser_guard.h).
bool may_be_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return type.empty() || boost::beast::iequals(type, "application/json") ||
         boost::beast::iequals(type, "application/x-www-form-urlencoded");
}

}  // namespace

Exchange::Exchange(Backend& backend, Outlet& outlet, Peer peer)
    : backend_(backend), outlet_(outlet), peer_(std::move(peer)), client_(peer_.address) {}

Exchange::~Exchange() {
  abandon();
}

bool Exchange::take_burden() {
  if (burdened_) return true;
  if (backend_.burdens >= kMostBurdens) return false;
  ++backend_.burdens;
  return burdened_ = true;
}

void Exchange::drop_burden() {
  if (std::exchange(burdened_, false)) --backend_.burdens;
}

void Exchange::begin() {
  HOLDFAST_ASSERT(phase_ == Phase::idle);
  phase_ = Phase::handling;
  forget_last();
  const LogScope scope(log_);
  const auto misdirected = look_up();
  json_memory_.emplace(json_space_, sizeof json_space_);
  if (peer_.trusted_proxy) client_ = forwarded_client(request_, backend_.trusted_proxies, peer_.address);
  append_sharing(fields_, request_, backend_.browsers);
  if (const auto fault = guard_against_browsers(request_, backend_.browsers, peer_.loopback)) {
    return refuse(*fault);
  }
  if (asks_for_leave(request_, backend_.browsers)) return grant_leave();
  if (misdirected) return refuse(*misdirected);
  dispatch();
}

void Exchange::forget_last() {
  ++number_;
  log_.begin(request_, backend_.log);
  began_ = backend_.clock.now();
  match_ = {};
  route_ = nullptr;
  then_ = nullptr;
  refusal_.reset();
  waited_ = lock::Millis{0};
  content_type_ = kJson;
  allow_ = {};
  fields_.clear();
}

// Before anything is refused: a dialect tells that in its own way.
std::optional<Fault> Exchange::look_up() {
  const auto target = split_target(request_.target);
  if (!target) return Fault{Code::invalid_argument, "the request target is malformed", ""};
  target_ = *target;
  const auto path = inner_path(target_.path);
  if (!path) return Fault{Code::not_found, "there is nothing outside the base path", ""};
  match_ = backend_.routes.find(request_.method, *path, peer_.exposure);
  return std::nullopt;
}

void Exchange::dispatch() {
  if (match_.route != nullptr) {
    route_ = match_.route;
    log_.routed(*route_);
    if (const auto fault = over_limit(*route_)) return refuse(*fault);
    return route_->handler(*this);
  }
  if (match_.allow.empty()) return refuse(Fault{Code::not_found, "there is nothing at this path", ""});
  allow_ = match_.allow;
  refuse(Fault{Code::method_not_allowed, fmt::format("this path takes {}", allow_), ""});
}

BodyBounds Exchange::body_bounds(Verb method, std::string_view text) const {
  const auto target = split_target(text);
  const auto path = target ? inner_path(target->path) : std::nullopt;
  const Route* const route = path ? backend_.routes.find(method, *path, peer_.exposure).route : nullptr;
  return route != nullptr ? route->body : BodyBounds{};
}

// What keeps a lease or gives it back is never turned away: that would take locks from those who behave.
std::optional<Fault> Exchange::over_limit(const Route& route) {
  if (peer_.exposure == Exposure::probes || route.is(kSpared)) return std::nullopt;
  return backend_.gate.limits.admit(client_address());
}

std::optional<Fault> Exchange::count_wait(const lock::Command& command) {
  const auto* acquire = std::get_if<lock::Acquire>(&command);
  if (acquire == nullptr || acquire->wait == lock::Millis(0)) return std::nullopt;
  auto hold = backend_.gate.limits.wait(client_address(), acquire->items.size());
  if (!hold) return hold.error();
  wait_ = *std::move(hold);
  return std::nullopt;
}

// The path without the base path, outside of which there is nothing. A listener for probes has paths of its
// own.
std::optional<std::string_view> Exchange::inner_path(std::string_view path) const {
  const std::string& base = backend_.base_path;
  if (base.empty() || peer_.exposure == Exposure::probes) return path;
  if (!path.starts_with(base)) return std::nullopt;
  if (path.size() > base.size() && path[base.size()] != '/') return std::nullopt;
  path.remove_prefix(base.size());
  return path.empty() ? "/" : path;
}

void Exchange::grant_leave() {
  body_.clear();
  append_leave(fields_);
  answer(204);
}

void Exchange::call_by_id(const boost::json::object& body) {
  const boost::json::value* id = body.if_contains("request_id");
  if (id != nullptr && id->is_string()) call_it(id->get_string());
}

service::Checked<boost::json::object> Exchange::json_body() {
  if (!may_be_json(request_.content_type)) {
    return Fault{Code::unsupported_media_type, "the body must be application/json", "Content-Type"};
  }
  return read_json(request_.body, &*json_memory_);
}

// A server that was stalled finds requests of clients that gave up long ago, each with its end behind it. An
// acquire of these would be a lock that nobody knows of until it expires.
void Exchange::submit_command(lock::Command&& command) {
  const bool acquires =
      std::holds_alternative<lock::Acquire>(command) || std::holds_alternative<lock::AcquireEach>(command);
  if (acquires && (client_left_ || outlet_.client_is_gone())) {
    phase_ = Phase::idle;
    return outlet_.dropped();
  }
  if (const auto fault = count_wait(command)) return refuse(*fault);
  phase_ = acquires ? Phase::acquiring : Phase::commanding;
  log_.submitted(command);
  call_ = backend_.keeper.submit(std::move(command), *this);
}

void Exchange::answered(lock::Revision revision, const lock::Reply& answer, const keeper::Timing& timing) {
  call_ = {};
  wait_.release();
  const LogScope scope(log_);
  log_.slow(backend_.log, backend_.clock.now(), timing);
  backend_.told = std::max(backend_.told, revision);
  const auto* const refused = std::get_if<lock::Refused>(&answer);
  if (refused != nullptr) waited_ = refused->waited;
  if (const auto* acquired = std::get_if<lock::Acquired>(&answer)) waited_ = acquired->waited;
  body_.clear();
  if (then_) return std::exchange(then_, nullptr)(*this, revision, answer);
  JsonWriter out(body_);
  if (refused != nullptr) {
    const Code code = service::code_of(refused->code);
    begin_problem(code, refused->detail);
    write_problem(out, revision, *refused, backend_.base_path);
    return reply(problem_kind(code).status, revision, retry_after_seconds(code, refused->retry_after));
  }
  if (const auto* registered = std::get_if<lock::RegisterDone>(&answer)) tag(registered->version);
  write_reply(out, revision, answer, backend_.handles);
  reply(200, revision);
}

void Exchange::begin_problem(Code code, std::string_view detail) {
  refusal_ = code;
  failure_ = detail;
  content_type_ = kProblemJson;
}

void Exchange::refuse(const Fault& fault) {
  begin_problem(fault.code, fault.detail);
  body_.clear();
  int status = problem_kind(fault.code).status;
  if (const Dialect* const dialect = match_.dialect) {
    content_type_ = dialect->content_type;
    status = dialect->write_refusal(fault, body_);
  } else {
    JsonWriter out(body_);
    write_problem(out, backend_.told, fault, backend_.base_path);
  }
  reply(status, backend_.told, retry_after_seconds(fault.code, std::nullopt));
}

void Exchange::refuse_when_durable(const Fault& fault) {
  begin_problem(fault.code, fault.detail);
  JsonWriter out = body();
  write_problem(out, backend_.keeper.state().revision(), fault, backend_.base_path);
  answer_when_durable(problem_kind(fault.code).status);
}

void Exchange::refuse_when_durable(const lock::Refused& refused) {
  begin_problem(service::code_of(refused.code), refused.detail);
  JsonWriter out = body();
  write_problem(out, backend_.keeper.state().revision(), refused, backend_.base_path);
  answer_when_durable(problem_kind(*refusal_).status);
}

void Exchange::refuse_now(const Fault& fault) {
  if (phase_ == Phase::streaming) return stream_->end(fault);
  const bool begun = pending();
  abandon();
  if (!begun) {
    forget_last();
    look_up();
  }
  const LogScope scope(log_);
  allow_ = {};
  phase_ = Phase::handling;
  refuse(fault);
}

void Exchange::tag(lock::Revision version) {
  if (version) fields_ += fmt::format("ETag: \"{}\"\r\n", version.value);
}

JsonWriter Exchange::body() {
  body_.clear();
  return JsonWriter(body_);
}

void Exchange::answer(int status) {
  reply(status, backend_.told);
}

void Exchange::answer_text(std::string_view content_type, std::string text, std::string_view more_fields) {
  fields_ += more_fields;
  body_ = std::move(text);
  content_type_ = content_type;
  reply(200, backend_.told);
}

void Exchange::answer_when_durable(int status) {
  phase_ = Phase::reading;
  const lock::Revision revision = backend_.keeper.state().revision();
  const auto then = [weak = weak_from_this(), number = number_, status, revision] {
    const auto self = weak.lock();
    if (!self || self->phase_ != Phase::reading || self->number_ != number) return;
    self->backend_.told = std::max(self->backend_.told, revision);
    const LogScope scope(self->log_);
    self->reply(status, revision);
  };
  backend_.keeper.when_durable(then);
}

void Exchange::reply(int status, lock::Revision revision, std::optional<std::uint64_t> retry_after) {
  HOLDFAST_ASSERT(phase_ != Phase::idle);
  phase_ = Phase::idle;
  const std::chrono::nanoseconds now = backend_.clock.now();
  backend_.traffic.answered(route_, status, refusal_, now - began_ - waited_);
  log_.answered(backend_.log, now,
                {.status = status,
                 .refusal = refusal_,
                 .detail = status >= 500 ? failure_ : std::string_view{},
                 .took = now - began_});
  append_request_id();
  const bool keep_alive = request_.keep_alive && outlet_.may_stay();
  append_response(outlet_.output(),
                  ResponseHead{.status = status,
                               .content_type = content_type_,
                               .keep_alive = keep_alive,
                               .http_1_1 = request_.http_1_1,
                               .revision = revision,
                               .retry_after = retry_after,
                               .allow = allow_,
                               .fields = fields_},
                  body_, request_.method == Verb::head);
  if (body_.capacity() > kKeptBodyBytes) body_ = {};
  outlet_.replied(keep_alive);
}

void Exchange::append_request_id() {
  fields_.append("X-Request-Id: ").append(log_.id()).append("\r\n");
}

bool Exchange::begin_stream(std::shared_ptr<LongReply> stream, std::string_view content_type) {
  HOLDFAST_ASSERT(phase_ == Phase::handling);
  if (client_left_) {
    phase_ = Phase::idle;
    outlet_.dropped();
    return false;
  }
  const std::chrono::nanoseconds now = backend_.clock.now();
  backend_.traffic.answered(route_, 200, std::nullopt, now - began_);
  log_.answered(backend_.log, now, {.status = 200, .refusal = {}, .detail = {}, .took = now - began_});
  append_request_id();
  const bool head_only = request_.method == Verb::head;
  const bool keep_alive = head_only && request_.keep_alive && outlet_.may_stay();
  append_stream_head(outlet_.output(), ResponseHead{.content_type = content_type,
                                                    .keep_alive = keep_alive,
                                                    .http_1_1 = request_.http_1_1,
                                                    .revision = backend_.told,
                                                    .fields = fields_});
  if (head_only) {
    phase_ = Phase::idle;
    outlet_.replied(keep_alive);
    return false;
  }
  phase_ = Phase::streaming;
  stream_ = std::move(stream);
  return true;
}

void Exchange::send(std::string_view text) {
  if (phase_ != Phase::streaming) return;
  append_piece(outlet_.output(), text, request_.http_1_1);
  outlet_.progressed();
}

// The stream itself is still on the stack; it goes with the exchange.
void Exchange::end_stream() {
  if (phase_ != Phase::streaming) return;
  phase_ = Phase::idle;
  append_last_piece(outlet_.output(), request_.http_1_1);
  outlet_.replied(false);
}

void Exchange::cut_stream() {
  if (phase_ != Phase::streaming) return;
  phase_ = Phase::idle;
  outlet_.dropped();
}

void Exchange::sent() {
  if (phase_ == Phase::streaming) stream_->sent();
}

void Exchange::server_stops() {
  if (phase_ != Phase::streaming) return;
  stream_->end({Code::no_leader, "the server is stopping: connect again", ""});
}

void Exchange::client_left() {
  client_left_ = true;
  if (!may_wait()) return;
  abandon();
  outlet_.dropped();
}

void Exchange::abandon() {
  if (call_) backend_.keeper.leave(std::exchange(call_, {}));
  wait_.release();
  drop_burden();
  phase_ = Phase::idle;
}

}  // namespace holdfast::api::http
