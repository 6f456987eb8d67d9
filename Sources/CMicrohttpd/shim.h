#include <microhttpd.h>
#include <string.h>

// Swift cannot call functions with "...": this starts a daemon with every option that we use.

struct lathe_mhd_settings {
    int listener;                  // a bound, listening socket, which the daemon closes
    int is_v6;
    unsigned int thread_count;
    size_t connection_memory_limit;
    unsigned int connection_limit;
    unsigned int timeout_seconds;
    const char *tls_certificate;   // PEM, or NULL for plain HTTP
    const char *tls_key;
};

// Targets reach us as they were sent: "%2F" inside a path segment must not become a separator.
static inline size_t lathe_mhd_keep_escapes(void *closure, struct MHD_Connection *connection, char *text) {
    (void)closure;
    (void)connection;
    return strlen(text);
}

static inline struct MHD_Daemon *lathe_mhd_start(
    const struct lathe_mhd_settings *settings, MHD_AccessHandlerCallback handler,
    MHD_RequestCompletedCallback completed, void *closure) {
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    if (settings->is_v6) flags |= MHD_USE_IPv6;
    if (settings->tls_certificate != NULL) flags |= MHD_USE_TLS;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->tls_certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->tls_key},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handler, closure,
        MHD_OPTION_LISTEN_SOCKET, settings->listener,
        MHD_OPTION_NOTIFY_COMPLETED, completed, closure,
        MHD_OPTION_UNESCAPE_CALLBACK, lathe_mhd_keep_escapes, NULL,
        MHD_OPTION_THREAD_POOL_SIZE, settings->thread_count,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->connection_memory_limit,
        MHD_OPTION_CONNECTION_LIMIT, settings->connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, settings->timeout_seconds,
        MHD_OPTION_ARRAY, settings->tls_certificate != NULL ? tls : none, MHD_OPTION_END);
}

// Macros that Swift does not import.
static inline ssize_t lathe_mhd_end_of_stream(void) { return MHD_CONTENT_READER_END_OF_STREAM; }
static inline uint64_t lathe_mhd_size_unknown(void) { return MHD_SIZE_UNKNOWN; }

static inline const struct sockaddr *lathe_mhd_client_address(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}
static inline int lathe_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}
