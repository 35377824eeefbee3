#include "api/http/response.h"

#include <charconv>
#include <ctime>

#include <boost/beast/http/status.hpp>

namespace holdfast::api::http {
namespace {

void append_number(std::string& out, std::uint64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void append_reason(std::string& out, int status) {
  const auto text = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  out.append(text.data(), text.size());
}

// The Date field, made anew once a second (RFC 9110 asks every server with a clock for it).
std::string_view date_field() {
  thread_local std::time_t made_at = -1;
  thread_local char text[48];
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    made_at = now;
  }
  return {text, size};
}

void append_connection(std::string& out, const ResponseHead& head) {
  if (!head.keep_alive) {
    out += "Connection: close\r\n";
  } else if (!head.http_1_1) {
    out += "Connection: keep-alive\r\n";
  }
}

void append_common(std::string& out, const ResponseHead& head) {
  out += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  out += date_field();
  out += "X-Holdfast-Revision: ";
  append_number(out, head.revision.value);
}

}  // namespace

void append_response(std::string& out, const ResponseHead& head, std::string_view body, bool head_only) {
  if (head.status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(head.status));
    out += ' ';
    append_reason(out, head.status);
    out += "\r\n";
  }
  const bool has_content = head.status != 204;
  if (has_content) out.append("Content-Type: ").append(head.content_type).append("\r\n");
  append_common(out, head);
  if (!head.allow.empty()) out.append("\r\nAllow: ").append(head.allow);
  if (head.retry_after) {
    out += "\r\nRetry-After: ";
    append_number(out, *head.retry_after);
  }
  if (has_content) {
    out += "\r\nContent-Length: ";
    append_number(out, body.size());
  }
  out += "\r\n";
  out += head.fields;
  append_connection(out, head);
  out += "\r\n";
  if (!head_only) out += body;
}

// Proxies that gather replies before passing them on are asked not to.
void append_stream_head(std::string& out, const ResponseHead& head) {
  out.append("HTTP/1.1 200 OK\r\nContent-Type: ").append(head.content_type);
  out += "\r\nX-Accel-Buffering: no\r\n";
  append_common(out, head);
  out += "\r\n";
  out += head.fields;
  if (head.http_1_1) out += "Transfer-Encoding: chunked\r\n";
  append_connection(out, head);
  out += "\r\n";
}

void append_piece(std::string& out, std::string_view text, bool http_1_1) {
  if (!http_1_1) {
    out += text;
    return;
  }
  char size[16];
  out.append(size, std::to_chars(size, size + sizeof size, text.size(), 16).ptr).append("\r\n");
  out.append(text).append("\r\n");
}

void append_last_piece(std::string& out, bool http_1_1) {
  if (http_1_1) out += "0\r\n\r\n";
}

}  // namespace holdfast::api::http
