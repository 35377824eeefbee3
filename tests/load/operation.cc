#include "operation.h"

#include <fmt/format.h>

#include "http_reply.h"

namespace holdfast::load {
namespace {

std::string_view path_of(Verb verb) {
  switch (verb) {
    case Verb::acquire:
      return "/v1/acquire";
    case Verb::renew:
      return "/v1/renew";
    case Verb::release:
      return "/v1/release";
    case Verb::open_lease:
      return "/v1/leases";
    case Verb::show_lock:
      return "/v1/locks/";
  }
  return {};
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(out), "\"{}\":\"{}\",", name, value);
}

void append_number(std::string& out, std::string_view name, std::int64_t value) {
  fmt::format_to(std::back_inserter(out), "\"{}\":{},", name, value);
}

// Keys and ids are made by this program and need no escapes.
std::string body_of(const Operation& operation) {
  std::string body = "{";
  if (operation.verb == Verb::acquire) {
    if (operation.keys.size() == 1) {
      append_text(body, "key", operation.keys.front());
    } else {
      fmt::format_to(std::back_inserter(body), "\"keys\":[\"{}\"],", fmt::join(operation.keys, "\",\""));
    }
    if (operation.shared) append_text(body, "mode", "shared");
    if (operation.wait_ms != 0) append_number(body, "wait_ms", operation.wait_ms);
    if (!operation.request_id.empty()) append_text(body, "owner", operation.request_id);
  }
  if (!operation.lease.empty()) append_text(body, "lease", operation.lease);
  if (operation.ttl_ms != 0) append_number(body, "ttl_ms", operation.ttl_ms);
  if (!operation.request_id.empty()) append_text(body, "request_id", operation.request_id);
  if (body.size() > 1) body.pop_back();
  body += '}';
  return body;
}

void read_grants(std::string_view body, std::vector<Granted>& grants) {
  std::string_view rest = after_member(body, "grants");
  while (const auto key = text_member(rest, "key")) {
    rest = after_member(rest, "key");
    grants.push_back({std::string(*key), number_member(rest, "fencing_token").value_or(0)});
  }
}

void read_holders(std::string_view body, std::vector<std::string>& holders) {
  std::string_view rest = after_member(body, "holders");
  rest = rest.substr(0, rest.size() - after_member(rest, "queue").size());
  while (const auto lease = text_member(rest, "lease")) {
    rest = after_member(rest, "lease");
    holders.emplace_back(*lease);
  }
}

void read_queue(std::string_view body, std::vector<Waiting>& queue) {
  std::string_view rest = after_member(body, "queue");
  while (const auto waiter = number_member(rest, "waiter")) {
    rest = after_member(rest, "waiter");
    queue.push_back({*waiter, std::string(text_member(rest, "owner").value_or(""))});
  }
}

}  // namespace

std::string_view name_of(Verb verb) {
  switch (verb) {
    case Verb::acquire:
      return "acquire";
    case Verb::renew:
      return "renew";
    case Verb::release:
      return "release";
    case Verb::open_lease:
      return "open_lease";
    case Verb::show_lock:
      return "queue";
  }
  return {};
}

void encode(const Operation& operation, std::string& out) {
  out.clear();
  if (operation.verb == Verb::show_lock) {
    fmt::format_to(std::back_inserter(out), "GET {}{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                   path_of(operation.verb), operation.keys.front());
    return;
  }
  const std::string body = body_of(operation);
  fmt::format_to(std::back_inserter(out),
                 "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                 "Content-Length: {}\r\n\r\n{}",
                 path_of(operation.verb), body.size(), body);
}

Answer decode(Verb verb, int status, std::string_view body) {
  Answer answer{.status = status};
  answer.revision = number_member(body, "revision").value_or(0);
  answer.waited_ms = number_member(body, "waited_ms").value_or(0);
  if (status != 200) {
    answer.code = text_member(body, "code").value_or("");
    return answer;
  }
  if (verb == Verb::release) return answer;
  if (verb == Verb::show_lock) {
    read_holders(body, answer.holders);
    read_queue(body, answer.queue);
    return answer;
  }
  answer.lease_id = text_member(body, "id").value_or("");
  answer.handle = text_member(body, "handle").value_or("");
  answer.expires_in_ms = number_member(body, "expires_in_ms").value_or(-1);
  if (verb == Verb::acquire) read_grants(body, answer.grants);
  return answer;
}

}  // namespace holdfast::load
