#pragma once

#include <curl/curl.h>

#include "store/http/http_client.h"

namespace holdfast::store {

// One request and its response on a libcurl easy handle: sets the handle up, collects what arrives, and
// tells curl's many codes as one HttpErrc. Must outlive the transfer.
class CurlExchange {
 public:
  CurlExchange(CURL* easy, const HttpSettings& settings, const HttpRequest& request);
  ~CurlExchange();
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  // After the transfer ended with `code`; at most once.
  Result<HttpResponse> finish(CURLcode code);

  // Whether bytes of the request may have left.
  bool request_was_sent() const;

  Error error(HttpErrc code, std::string_view why) const;

 private:
  void set_method_and_body();
  void set_headers();
  void set_connection_options();
  bool is_success() const;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);

  CURL* easy_;
  const HttpSettings& settings_;
  const HttpRequest& request_;
  HttpResponse response_;
  curl_slist* header_list_ = nullptr;
  bool header_is_whole_ = false;
  bool too_large_ = false;
  bool ended_by_reader_ = false;
  char curl_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace holdfast::store
