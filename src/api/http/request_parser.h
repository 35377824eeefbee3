#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "api/http/request.h"
#include "api/http/router.h"

namespace holdfast::api::http {

inline constexpr std::uint32_t kMaxHeaderBytes = 16 << 10;

// Beast's parser, storing the few fields of a Request instead of a map of all. One parser per request:
// parsers cannot be used again. `put` takes what the socket gave and returns how much of it was used; errors
// are Beast's (need_more, header_limit, body_limit, else malformed).
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  using ErrorCode = boost::beast::error_code;
  using Text = boost::beast::string_view;

  // What a request with this method and target may bring.
  using BoundsOf = std::function<BodyBounds(Verb method, std::string_view target)>;

  // `request` is cleared, filled, and must outlive the parser. `bounds_of` is asked about requests that bring
  // more than usual.
  RequestParser(Request& request, BoundsOf bounds_of);

  // Takes nothing of the last few bytes of a chunked body before there are more: see there.
  std::size_t put(boost::asio::const_buffer bytes, ErrorCode& error);

  const BodyBounds& bounds() const { return bounds_; }

 private:
  using Field = boost::beast::http::field;

  void on_request_impl(boost::beast::http::verb method, Text method_text, Text target, int version,
                       ErrorCode& error) override;
  void on_response_impl(int status, Text reason, int version, ErrorCode& error) override;
  void on_field_impl(Field name, Text name_text, Text value, ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, ErrorCode& error) override;
  std::size_t on_body_impl(Text body, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remaining, Text body, ErrorCode& error) override;
  void on_finish_impl(ErrorCode& error) override;

  void bound_body();

  Request& request_;
  BoundsOf bounds_of_;
  BodyBounds bounds_;
};

}  // namespace holdfast::api::http
