#include "api/tls.h"

#include <cerrno>
#include <new>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fmt/format.h>
#include <openssl/err.h>

namespace holdfast::api {
namespace {

using boost::system::error_code;

// In the wire form of ALPN: a length before each name.
constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, size, kProtocols, sizeof kProtocols, offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A server has nobody to ask for the password of a key.
int no_password(char*, int, int, void*) {
  return -1;
}

Error failed(std::string_view what, const std::string& file) {
  const unsigned long code = ERR_get_error();
  const char* const reason = ERR_reason_error_string(code);
  const int system = ERR_SYSTEM_ERROR(code) ? ERR_GET_REASON(code) : 0;
  ERR_clear_error();
  if (system != 0) return errno_error(fmt::format("cannot read the {} {}", what, file), system);
  return Error{std::make_error_code(std::errc::invalid_argument),
               fmt::format("cannot use the {} {}: {}", what, file, reason ? reason : "unknown error")};
}

void set_rules(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_password);
}

Result<void> require_clients(SSL_CTX* context, const std::string& ca) {
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(ca.c_str());
  if (names == nullptr) return failed("client authorities", ca);
  SSL_CTX_set_client_CA_list(context, names);
  if (SSL_CTX_load_verify_locations(context, ca.c_str(), nullptr) != 1) {
    return failed("client authorities", ca);
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

}  // namespace

Result<TlsContext> TlsContext::load(const TlsFiles& files) {
  ERR_clear_error();
  TlsContext made(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = made.get();
  if (context == nullptr) throw std::bad_alloc();
  set_rules(context);
  if (SSL_CTX_use_certificate_chain_file(context, files.cert.c_str()) != 1) {
    return failed("certificate", files.cert);
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return failed("private key", files.key);
  }
  if (!files.client_ca.empty()) {
    if (const auto required = require_clients(context, files.client_ca); !required) return required.error();
  }
  return made;
}

TlsSession::TlsSession(const TlsContext& context, int descriptor) : ssl_(SSL_new(context.get())) {
  if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor) != 1) throw std::bad_alloc();
  SSL_set_accept_state(ssl_.get());
}

error_code TlsSession::error_of(int result) {
  const int system = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      waits_for_ = asio::socket_base::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      waits_for_ = asio::socket_base::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    case SSL_ERROR_SYSCALL:
      return error_code(system != 0 ? system : ECONNRESET, boost::system::system_category());
    default: {
      const unsigned long code = ERR_get_error();
      met_plain_http_ = ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
      return error_code(static_cast<int>(code), asio::error::get_ssl_category());
    }
  }
}

void TlsSession::handshake(error_code& error) {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  error = result == 1 ? error_code() : error_of(result);
}

std::size_t TlsSession::read_some(asio::mutable_buffer buffer, error_code& error) {
  std::size_t size = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &size);
  error = result == 1 ? error_code() : error_of(result);
  return size;
}

std::size_t TlsSession::write_some(asio::const_buffer buffer, error_code& error) {
  error = {};
  std::size_t written = 0;
  while (written < buffer.size()) {
    std::size_t size = 0;
    const asio::const_buffer rest = buffer + written;
    ERR_clear_error();
    const int result = SSL_write_ex(ssl_.get(), rest.data(), rest.size(), &size);
    if (result != 1) {
      error = error_of(result);
      return written;
    }
    written += size;
  }
  return written;
}

void TlsSession::end() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace holdfast::api
