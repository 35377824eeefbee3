#include "api/http/request_parser.h"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

namespace holdfast::api::http {
namespace {

// More memory than this is given back between requests.
constexpr std::size_t kKeptBodyBytes = 64 << 10;

// "0", and two ends of lines.
constexpr std::size_t kLeastChunkedRest = 5;

constexpr std::size_t kReservedBodyBytes = 64 << 10;

// A length with fewer digits is within what every route takes.
constexpr std::size_t kUnusualLengthDigits = 7;

}  // namespace

void Request::clear() {
  method = Verb::unknown;
  http_1_1 = true;
  keep_alive = true;
  expects_continue = false;
  is_preflight = false;
  host_count = 0;
  if (body.capacity() > kKeptBodyBytes) body = {};
  for (std::string* text :
       {&target, &host, &origin, &fetch_site, &forwarded, &forwarded_for, &content_type, &lease_handle,
        &if_match, &last_event_id, &request_id, &traceparent, &content_md5, &body}) {
    text->clear();
  }
  user_id.reset();
}

RequestParser::RequestParser(Request& request, BoundsOf bounds_of)
    : request_(request), bounds_of_(std::move(bounds_of)) {
  request_.clear();
  header_limit(kMaxHeaderBytes);
  body_limit(bounds_.bytes);
  eager(true);
}

// Beast takes it for a bug when the last chunk is looked at again and is still that short, and ends the
// process. So many bytes are always to come.
std::size_t RequestParser::put(boost::asio::const_buffer bytes, ErrorCode& error) {
  if (is_header_done() && !is_done() && chunked() && bytes.size() < kLeastChunkedRest) {
    error = boost::beast::http::error::need_more;
    return 0;
  }
  return basic_parser::put(bytes, error);
}

void RequestParser::on_request_impl(boost::beast::http::verb method, Text, Text target, int version,
                                    ErrorCode&) {
  request_.method = method;
  request_.target.assign(target.data(), target.size());
  request_.http_1_1 = version >= 11;
}

void RequestParser::on_response_impl(int, Text, int, ErrorCode&) {}

void RequestParser::on_field_impl(Field name, Text name_text, Text value, ErrorCode&) {
  using boost::beast::iequals;
  const auto keep = [&](std::string& text) { text.assign(value.data(), value.size()); };
  const auto add = [&](std::string& list) {
    if (!list.empty()) list += ',';
    list.append(value.data(), value.size());
  };
  switch (name) {
    case Field::host:
      ++request_.host_count;
      return keep(request_.host);
    case Field::origin:
      return keep(request_.origin);
    case Field::sec_fetch_site:
      return keep(request_.fetch_site);
    case Field::content_type:
      return keep(request_.content_type);
    case Field::content_length:
      return value.size() >= kUnusualLengthDigits ? bound_body() : void();
    case Field::transfer_encoding:
      return bound_body();
    case Field::if_match:
      return keep(request_.if_match);
    case Field::content_md5:
      return keep(request_.content_md5);
    case Field::forwarded:
      return add(request_.forwarded);
    case Field::access_control_request_method:
      request_.is_preflight = true;
      return;
    case Field::expect:
      request_.expects_continue = iequals(value, "100-continue");
      return;
    case Field::unknown:
      if (iequals(name_text, "X-Holdfast-Lease")) return keep(request_.lease_handle);
      if (iequals(name_text, "Last-Event-ID")) return keep(request_.last_event_id);
      if (iequals(name_text, "X-Request-Id")) return keep(request_.request_id);
      if (iequals(name_text, "traceparent")) return keep(request_.traceparent);
      if (iequals(name_text, "user-id")) return keep(request_.user_id.emplace());
      if (iequals(name_text, "X-Forwarded-For")) return add(request_.forwarded_for);
      return;
    default:
      return;
  }
}

void RequestParser::bound_body() {
  bounds_ = bounds_of_(request_.method, request_.target);
  body_limit(bounds_.bytes);
}

void RequestParser::on_header_impl(ErrorCode&) {
  request_.keep_alive = keep_alive();
}

// Never trusts a length with more memory than a client has already paid for by sending.
void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& size, ErrorCode&) {
  if (size) request_.body.reserve(std::min<std::size_t>(*size, kReservedBodyBytes));
}

std::size_t RequestParser::on_body_impl(Text body, ErrorCode&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, ErrorCode&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_finish_impl(ErrorCode&) {}

}  // namespace holdfast::api::http
