#include <boost/json.hpp>

#include "client/json_codec.h"

namespace holdfast::client {
namespace {

using boost::json::object;

void put_text(object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

void put_positive(object& out, std::string_view name, Milliseconds value) {
  if (value.count() > 0) out[name] = value.count();
}

template <class Number>
void put_number(object& out, std::string_view name, const std::optional<Number>& value) {
  if (value) out[name] = *value;
}

void put_duration(object& out, std::string_view name, const std::optional<Milliseconds>& value) {
  if (value) out[name] = value->count();
}

boost::json::array texts(const std::vector<std::string>& values) {
  boost::json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

}  // namespace

std::string encode(const AcquireRequest& request) {
  object out;
  if (request.keys.size() == 1) {
    out["key"] = request.keys.front();
  } else {
    out["keys"] = texts(request.keys);
  }
  out["mode"] = request.shared ? "shared" : "exclusive";
  put_text(out, "group", request.group);
  put_number(out, "permits", request.permits);
  put_number(out, "limit", request.limit);
  put_duration(out, "ttl_ms", request.ttl);
  put_text(out, "lease", request.lease);
  out["wait_ms"] = request.wait.count();
  put_positive(out, "claim_ms", request.claim);
  put_positive(out, "reattach_ms", request.reattach);
  put_text(out, "owner", request.owner);
  put_text(out, "reason", request.reason);
  put_text(out, "request_id", request.request_id);
  return boost::json::serialize(out);
}

std::string encode(const RenewRequest& request) {
  object out;
  out["lease"] = request.lease;
  put_duration(out, "ttl_ms", request.ttl);
  put_text(out, "request_id", request.request_id);
  return boost::json::serialize(out);
}

std::string encode(const ReleaseRequest& request) {
  object out;
  out["lease"] = request.lease;
  if (!request.keys.empty()) out["keys"] = texts(request.keys);
  put_positive(out, "keep_for_ms", request.keep_for);
  put_text(out, "request_id", request.request_id);
  return boost::json::serialize(out);
}

std::string encode(const OpenLeaseRequest& request) {
  object out;
  put_duration(out, "ttl_ms", request.ttl);
  put_text(out, "owner", request.owner);
  put_text(out, "request_id", request.request_id);
  return boost::json::serialize(out);
}

std::string encode_cancel(std::string_view request_id) {
  return boost::json::serialize(object{{"request_id", request_id}});
}

}  // namespace holdfast::client
