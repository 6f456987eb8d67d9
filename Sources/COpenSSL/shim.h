#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <openssl/srtp.h>
#include <openssl/rand.h>
#include <openssl/hmac.h>
#include <sys/time.h>

// Swift imports neither function-like macros nor functions with "...": each of these is one such call.

static inline EVP_PKEY *lathe_new_p256_key(void) { return EVP_EC_gen("P-256"); }

static inline int lathe_ctx_restrict_to_dtls12(SSL_CTX *ctx) {
    return SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) && SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION);
}
static inline int lathe_ctx_set_groups(SSL_CTX *ctx, const char *names) {
    return (int)SSL_CTX_set1_groups_list(ctx, names);
}
static inline void lathe_ctx_forget_sessions(SSL_CTX *ctx) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
}
static inline void lathe_ctx_shake_hands_once(SSL_CTX *ctx) { SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION); }
static inline void lathe_ctx_prefer_own_ciphers(SSL_CTX *ctx) {
    SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
}
static inline void lathe_ctx_trust_given_mtu(SSL_CTX *ctx) { SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU); }
static inline void lathe_ctx_release_buffers(SSL_CTX *ctx) { SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS); }
static inline void lathe_ctx_limit_certificates(SSL_CTX *ctx, long bytes) { SSL_CTX_set_max_cert_list(ctx, bytes); }

static inline void lathe_ssl_set_mtu(SSL *ssl, long bytes) { SSL_set_mtu(ssl, bytes); }
static inline int lathe_ssl_get_timeout(SSL *ssl, struct timeval *left) { return DTLSv1_get_timeout(ssl, left) == 1; }
static inline int lathe_ssl_handle_timeout(SSL *ssl) { return (int)DTLSv1_handle_timeout(ssl); }

static inline void lathe_bio_want_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void lathe_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

// SHA-1's state lies in a plain value here, so that what a key contributes to HMAC can be kept and copied: OpenSSL 3's
// own HMAC allocates for every message. The functions are deprecated, not gone, and a later OpenSSL that drops them
// fails to build, not to run.
#include <openssl/sha.h>
typedef SHA_CTX lathe_sha1;
#define LATHE_QUIETLY(call) \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wdeprecated-declarations\"") call; \
    _Pragma("GCC diagnostic pop")
static inline void lathe_sha1_init(lathe_sha1 *state) { LATHE_QUIETLY(SHA1_Init(state)) }
static inline void lathe_sha1_update(lathe_sha1 *state, const void *bytes, size_t count) {
    LATHE_QUIETLY(SHA1_Update(state, bytes, count))
}
static inline void lathe_sha1_final(lathe_sha1 *state, unsigned char *digest) { LATHE_QUIETLY(SHA1_Final(digest, state)) }
